CREATE TABLE "job_successes" (
	"job_name" text PRIMARY KEY NOT NULL,
	"succeeded_at" timestamp (3) with time zone NOT NULL
);
