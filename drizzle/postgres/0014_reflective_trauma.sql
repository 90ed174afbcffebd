CREATE TABLE "time_zones" (
	"app_id" text NOT NULL,
	"open_id" text NOT NULL,
	"time_zone" text NOT NULL,
	"noted_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "time_zones_person" PRIMARY KEY("app_id","open_id")
);
--> statement-breakpoint
CREATE INDEX "time_zones_noted" ON "time_zones" USING btree ("noted_at");