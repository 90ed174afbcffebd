DROP INDEX `grants_usable`;--> statement-breakpoint
CREATE INDEX `grants_ends` ON `grants` (`app_id`,`refresh_token_expires_at`,`access_token_expires_at`);--> statement-breakpoint
DROP INDEX `grant_upkeep_due`;--> statement-breakpoint
ALTER TABLE `grant_upkeep` ADD `overdue_since` integer;--> statement-breakpoint
CREATE INDEX `grant_upkeep_overdue` ON `grant_upkeep` (`app_id`,`overdue_since`) WHERE overdue_since is not null;--> statement-breakpoint
CREATE INDEX `grant_upkeep_marked` ON `grant_upkeep` (`app_id`,`open_id`) WHERE mark_status is not null;--> statement-breakpoint
CREATE INDEX `grant_upkeep_due` ON `grant_upkeep` (`due_at`,`app_id`) WHERE due_at is not null;