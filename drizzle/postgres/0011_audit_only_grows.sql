-- What is on record stays as it is: the audit record only grows.
CREATE FUNCTION "audit_entries_only_grows"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit_entries only grows';
END
$$;
--> statement-breakpoint
CREATE TRIGGER "audit_entries_never_change" BEFORE UPDATE OR DELETE ON "audit_entries"
FOR EACH ROW EXECUTE FUNCTION "audit_entries_only_grows"();
--> statement-breakpoint
CREATE TRIGGER "audit_entries_never_go" BEFORE TRUNCATE ON "audit_entries"
FOR EACH STATEMENT EXECUTE FUNCTION "audit_entries_only_grows"();
