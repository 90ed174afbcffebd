CREATE TABLE "app_signs" (
	"app_id" text NOT NULL,
	"sign" text NOT NULL,
	"seen_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "app_signs_sign" PRIMARY KEY("app_id","sign")
);
