CREATE TABLE "grant_upkeep" (
	"app_id" text NOT NULL,
	"open_id" text NOT NULL,
	"mark_status" text,
	"mark_reason" text,
	"mark_version" integer,
	"mark_at" timestamp (3) with time zone,
	"last_used_at" timestamp (3) with time zone,
	"due_at" timestamp (3) with time zone,
	"lease_owner" text,
	"lease_fence" integer DEFAULT 0 NOT NULL,
	"lease_until" timestamp (3) with time zone,
	"intent_version" integer,
	"intent_at" timestamp (3) with time zone,
	"intent_probes" integer,
	"failures" integer DEFAULT 0 NOT NULL,
	"cool_until" timestamp (3) with time zone,
	"cool_reason" text,
	CONSTRAINT "grant_upkeep_grant" PRIMARY KEY("app_id","open_id")
);
--> statement-breakpoint
ALTER TABLE "grants" ADD COLUMN "sealed_with" text;--> statement-breakpoint
CREATE INDEX "grant_upkeep_due" ON "grant_upkeep" USING btree ("due_at") WHERE due_at is not null;--> statement-breakpoint
CREATE INDEX "grant_upkeep_intent" ON "grant_upkeep" USING btree ("intent_at") WHERE intent_at is not null;--> statement-breakpoint
CREATE INDEX "grants_sealed_with" ON "grants" USING btree ("sealed_with","app_id","open_id");