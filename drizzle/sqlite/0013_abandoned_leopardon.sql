CREATE TABLE `revocations` (
	`id` text PRIMARY KEY NOT NULL,
	`app_id` text NOT NULL,
	`open_id` text NOT NULL,
	`tenant_key` text,
	`session_id` text NOT NULL,
	`cause` text NOT NULL,
	`grant_version` integer,
	`authorized_at` integer NOT NULL,
	`sealed_access_token` text,
	`access_token_expires_at` integer NOT NULL,
	`sealed_refresh_token` text,
	`refresh_token_expires_at` integer NOT NULL,
	`sealed_with` text,
	`attempts` integer DEFAULT 0 NOT NULL,
	`due_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `revocations_due` ON `revocations` (`due_at`);