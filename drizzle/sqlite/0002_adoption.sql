ALTER TABLE `grants` ADD `adopted` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `grants_unadopted` ON `grants` (`app_id`,`open_id`) WHERE adopted = 0;