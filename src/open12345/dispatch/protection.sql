-- What no user of the database may do to the record of automatic dispatch, whatever program they use (DIS-06).

CREATE FUNCTION dispatch_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the record of automatic dispatch is append-only: % of % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END;
$$;

CREATE TRIGGER dispatch_breakerchange_append_only BEFORE UPDATE OR DELETE ON dispatch_breakerchange
    FOR EACH ROW EXECUTE FUNCTION dispatch_refuse_change();
CREATE TRIGGER dispatch_breakerchange_no_truncate BEFORE TRUNCATE ON dispatch_breakerchange
    FOR EACH STATEMENT EXECUTE FUNCTION dispatch_refuse_change();
CREATE TRIGGER dispatch_automaticdispatch_no_delete BEFORE DELETE ON dispatch_automaticdispatch
    FOR EACH ROW EXECUTE FUNCTION dispatch_refuse_change();
CREATE TRIGGER dispatch_automaticdispatch_no_truncate BEFORE TRUNCATE ON dispatch_automaticdispatch
    FOR EACH STATEMENT EXECUTE FUNCTION dispatch_refuse_change();

-- Only the ending is filled in later, once; one that was kept at first may be lost later, and then no more.
CREATE FUNCTION dispatch_check_ending() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(NEW) - 'ending' - 'ended_at') IS DISTINCT FROM (to_jsonb(OLD) - 'ending' - 'ended_at') THEN
        RAISE EXCEPTION 'automatic dispatch %: what a decision rested on never changes', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.ending = '' OR NOT (OLD.ending = '' OR (OLD.ending = 'kept' AND NEW.ending <> 'kept')) THEN
        RAISE EXCEPTION 'automatic dispatch %: "%" does not become "%"', OLD.id, OLD.ending, NEW.ending
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END;
$$;

CREATE TRIGGER dispatch_automaticdispatch_ending BEFORE UPDATE ON dispatch_automaticdispatch
    FOR EACH ROW EXECUTE FUNCTION dispatch_check_ending();
