CREATE TABLE "oauth_attempts" (
	"state_hash" text PRIMARY KEY NOT NULL,
	"session_id" text NOT NULL,
	"sealed_verifier" text NOT NULL,
	"browser_hash" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"used_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "grants" (
	"app_id" text NOT NULL,
	"open_id" text NOT NULL,
	"tenant_key" text NOT NULL,
	"session_id" text NOT NULL,
	"version" integer NOT NULL,
	"scopes" jsonb NOT NULL,
	"access_token_expires_at" timestamp (3) with time zone NOT NULL,
	"authorized_at" timestamp (3) with time zone NOT NULL,
	"issued_at" timestamp (3) with time zone NOT NULL,
	"sealed_access_token" text NOT NULL,
	"refresh_token_expires_at" timestamp (3) with time zone,
	"sealed_refresh_token" text,
	CONSTRAINT "grants_person" PRIMARY KEY("app_id","open_id")
);
--> statement-breakpoint
CREATE TABLE "seen_events" (
	"event_id" text PRIMARY KEY NOT NULL,
	"seen_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "auth_sessions" (
	"id" text PRIMARY KEY NOT NULL,
	"app_id" text NOT NULL,
	"open_id" text NOT NULL,
	"tenant_key" text,
	"state" text NOT NULL,
	"end_reason" text,
	"auth_method" text NOT NULL,
	"scopes" jsonb NOT NULL,
	"granted_scopes" jsonb,
	"reason" text,
	"locale" text,
	"chat_id" text,
	"last_failure_reason" text,
	"last_failure_at" timestamp (3) with time zone,
	"mismatches" integer NOT NULL,
	"ticket_hash" text NOT NULL,
	"sealed_ticket" text NOT NULL,
	"held_until" timestamp (3) with time zone,
	"card_message_id" text,
	"card_shows" text,
	"card_wants" text NOT NULL,
	"card_due_at" timestamp (3) with time zone,
	"card_attempts" integer NOT NULL,
	"card_gone" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"card_sent_at" timestamp (3) with time zone,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"ended_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "write_probe" (
	"id" integer PRIMARY KEY NOT NULL,
	"writes" integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE "oauth_attempts" ADD CONSTRAINT "oauth_attempts_session_id_auth_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."auth_sessions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "oauth_attempts_session" ON "oauth_attempts" USING btree ("session_id");--> statement-breakpoint
CREATE INDEX "oauth_attempts_expiry" ON "oauth_attempts" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "grants_session" ON "grants" USING btree ("session_id");--> statement-breakpoint
CREATE INDEX "grants_usable" ON "grants" USING btree ("app_id","access_token_expires_at","refresh_token_expires_at");--> statement-breakpoint
CREATE INDEX "seen_events_seen" ON "seen_events" USING btree ("seen_at");--> statement-breakpoint
CREATE UNIQUE INDEX "auth_sessions_ticket_hash" ON "auth_sessions" USING btree ("ticket_hash");--> statement-breakpoint
CREATE UNIQUE INDEX "auth_sessions_one_pending" ON "auth_sessions" USING btree ("app_id","open_id") WHERE state = 'pending';--> statement-breakpoint
CREATE INDEX "auth_sessions_expiry" ON "auth_sessions" USING btree ("expires_at") WHERE state = 'pending';--> statement-breakpoint
CREATE INDEX "auth_sessions_card_due" ON "auth_sessions" USING btree ("card_due_at") WHERE card_due_at is not null;--> statement-breakpoint
CREATE INDEX "auth_sessions_ended" ON "auth_sessions" USING btree ("ended_at") WHERE ended_at is not null;--> statement-breakpoint
CREATE INDEX "auth_sessions_created" ON "auth_sessions" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "auth_sessions_person" ON "auth_sessions" USING btree ("open_id","created_at","id");