ALTER TABLE `auth_sessions` ADD `grant_ends_at` integer;--> statement-breakpoint
CREATE INDEX `grants_unrefreshable` ON `grants` (`access_token_expires_at`) WHERE sealed_refresh_token is null;