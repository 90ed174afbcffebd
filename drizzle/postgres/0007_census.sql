DROP INDEX "grants_usable";--> statement-breakpoint
DROP INDEX "grant_upkeep_due";--> statement-breakpoint
ALTER TABLE "grant_upkeep" ADD COLUMN "overdue_since" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "grants_ends" ON "grants" USING btree ("app_id","refresh_token_expires_at","access_token_expires_at");--> statement-breakpoint
CREATE INDEX "grant_upkeep_overdue" ON "grant_upkeep" USING btree ("app_id","overdue_since") WHERE overdue_since is not null;--> statement-breakpoint
CREATE INDEX "grant_upkeep_marked" ON "grant_upkeep" USING btree ("app_id","open_id") WHERE mark_status is not null;--> statement-breakpoint
CREATE INDEX "grant_upkeep_due" ON "grant_upkeep" USING btree ("due_at","app_id") WHERE due_at is not null;