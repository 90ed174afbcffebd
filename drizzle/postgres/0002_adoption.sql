ALTER TABLE "grants" ADD COLUMN "adopted" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX "grants_unadopted" ON "grants" USING btree ("app_id","open_id") WHERE adopted = 0;