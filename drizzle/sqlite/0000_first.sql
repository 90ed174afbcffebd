CREATE TABLE `oauth_attempts` (
	`state_hash` text PRIMARY KEY NOT NULL,
	`session_id` text NOT NULL,
	`sealed_verifier` text NOT NULL,
	`browser_hash` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`used_at` integer,
	FOREIGN KEY (`session_id`) REFERENCES `auth_sessions`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `oauth_attempts_session` ON `oauth_attempts` (`session_id`);--> statement-breakpoint
CREATE INDEX `oauth_attempts_expiry` ON `oauth_attempts` (`expires_at`);--> statement-breakpoint
CREATE TABLE `grants` (
	`app_id` text NOT NULL,
	`open_id` text NOT NULL,
	`tenant_key` text NOT NULL,
	`session_id` text NOT NULL,
	`version` integer NOT NULL,
	`scopes` text NOT NULL,
	`access_token_expires_at` integer NOT NULL,
	`authorized_at` integer NOT NULL,
	`issued_at` integer NOT NULL,
	`sealed_access_token` text NOT NULL,
	`refresh_token_expires_at` integer,
	`sealed_refresh_token` text,
	PRIMARY KEY(`app_id`, `open_id`)
);
--> statement-breakpoint
CREATE INDEX `grants_session` ON `grants` (`session_id`);--> statement-breakpoint
CREATE INDEX `grants_usable` ON `grants` (`app_id`,`access_token_expires_at`,`refresh_token_expires_at`);--> statement-breakpoint
CREATE TABLE `seen_events` (
	`event_id` text PRIMARY KEY NOT NULL,
	`seen_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `seen_events_seen` ON `seen_events` (`seen_at`);--> statement-breakpoint
CREATE TABLE `auth_sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`app_id` text NOT NULL,
	`open_id` text NOT NULL,
	`tenant_key` text,
	`state` text NOT NULL,
	`end_reason` text,
	`auth_method` text NOT NULL,
	`scopes` text NOT NULL,
	`granted_scopes` text,
	`reason` text,
	`locale` text,
	`chat_id` text,
	`last_failure_reason` text,
	`last_failure_at` integer,
	`mismatches` integer NOT NULL,
	`ticket_hash` text NOT NULL,
	`sealed_ticket` text NOT NULL,
	`held_until` integer,
	`card_message_id` text,
	`card_shows` text,
	`card_wants` text NOT NULL,
	`card_due_at` integer,
	`card_attempts` integer NOT NULL,
	`card_gone` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`card_sent_at` integer,
	`expires_at` integer NOT NULL,
	`ended_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `auth_sessions_ticket_hash` ON `auth_sessions` (`ticket_hash`);--> statement-breakpoint
CREATE UNIQUE INDEX `auth_sessions_one_pending` ON `auth_sessions` (`app_id`,`open_id`) WHERE state = 'pending';--> statement-breakpoint
CREATE INDEX `auth_sessions_expiry` ON `auth_sessions` (`expires_at`) WHERE state = 'pending';--> statement-breakpoint
CREATE INDEX `auth_sessions_card_due` ON `auth_sessions` (`card_due_at`) WHERE card_due_at is not null;--> statement-breakpoint
CREATE INDEX `auth_sessions_ended` ON `auth_sessions` (`ended_at`) WHERE ended_at is not null;--> statement-breakpoint
CREATE INDEX `auth_sessions_created` ON `auth_sessions` (`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `auth_sessions_person` ON `auth_sessions` (`open_id`,`created_at`,`id`);--> statement-breakpoint
CREATE TABLE `write_probe` (
	`id` integer PRIMARY KEY NOT NULL,
	`writes` integer NOT NULL
);
