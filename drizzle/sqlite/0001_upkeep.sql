CREATE TABLE `grant_upkeep` (
	`app_id` text NOT NULL,
	`open_id` text NOT NULL,
	`mark_status` text,
	`mark_reason` text,
	`mark_version` integer,
	`mark_at` integer,
	`last_used_at` integer,
	`due_at` integer,
	`lease_owner` text,
	`lease_fence` integer DEFAULT 0 NOT NULL,
	`lease_until` integer,
	`intent_version` integer,
	`intent_at` integer,
	`intent_probes` integer,
	`failures` integer DEFAULT 0 NOT NULL,
	`cool_until` integer,
	`cool_reason` text,
	PRIMARY KEY(`app_id`, `open_id`)
);
--> statement-breakpoint
CREATE INDEX `grant_upkeep_due` ON `grant_upkeep` (`due_at`) WHERE due_at is not null;--> statement-breakpoint
CREATE INDEX `grant_upkeep_intent` ON `grant_upkeep` (`intent_at`) WHERE intent_at is not null;--> statement-breakpoint
ALTER TABLE `grants` ADD `sealed_with` text;--> statement-breakpoint
CREATE INDEX `grants_sealed_with` ON `grants` (`sealed_with`,`app_id`,`open_id`);