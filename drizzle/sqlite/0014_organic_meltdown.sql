CREATE TABLE `time_zones` (
	`app_id` text NOT NULL,
	`open_id` text NOT NULL,
	`time_zone` text NOT NULL,
	`noted_at` integer NOT NULL,
	PRIMARY KEY(`app_id`, `open_id`)
);
--> statement-breakpoint
CREATE INDEX `time_zones_noted` ON `time_zones` (`noted_at`);