CREATE TABLE `audit_marks` (
	`id` integer PRIMARY KEY NOT NULL,
	`sealed` text NOT NULL
);
--> statement-breakpoint
ALTER TABLE `grant_upkeep` ADD `told_version` integer;--> statement-breakpoint
CREATE INDEX `grant_upkeep_end_untold` ON `grant_upkeep` (`mark_at`) WHERE mark_status in ('reauth_required', 'revoked') and (told_version is null or told_version <> mark_version);