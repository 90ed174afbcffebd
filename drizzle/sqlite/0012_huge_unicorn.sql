CREATE TABLE `job_successes` (
	`job_name` text PRIMARY KEY NOT NULL,
	`succeeded_at` integer NOT NULL
);
