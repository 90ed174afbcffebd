CREATE TABLE `app_signs` (
	`app_id` text NOT NULL,
	`sign` text NOT NULL,
	`seen_at` integer NOT NULL,
	PRIMARY KEY(`app_id`, `sign`)
);
