-- What no user of the database may do to history, whatever program they use (order.md, "Evidence and privacy").

CREATE FUNCTION orders_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'history is append-only: % of % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END;
$$;

CREATE TRIGGER orders_event_append_only BEFORE UPDATE OR DELETE ON orders_event
    FOR EACH ROW EXECUTE FUNCTION orders_refuse_change();
CREATE TRIGGER orders_event_no_truncate BEFORE TRUNCATE ON orders_event
    FOR EACH STATEMENT EXECUTE FUNCTION orders_refuse_change();
CREATE TRIGGER orders_anchor_append_only BEFORE UPDATE OR DELETE ON orders_anchor
    FOR EACH ROW EXECUTE FUNCTION orders_refuse_change();
CREATE TRIGGER orders_anchor_no_truncate BEFORE TRUNCATE ON orders_anchor
    FOR EACH STATEMENT EXECUTE FUNCTION orders_refuse_change();
CREATE TRIGGER orders_sealedhead_append_only BEFORE UPDATE OR DELETE ON orders_sealedhead
    FOR EACH ROW EXECUTE FUNCTION orders_refuse_change();
CREATE TRIGGER orders_sealedhead_no_truncate BEFORE TRUNCATE ON orders_sealedhead
    FOR EACH STATEMENT EXECUTE FUNCTION orders_refuse_change();
CREATE TRIGGER orders_workorder_no_delete BEFORE DELETE ON orders_workorder
    FOR EACH ROW EXECUTE FUNCTION orders_refuse_change();

-- A stage changes only along the life-cycle table, and only together with a longer history.
CREATE FUNCTION orders_check_stage() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before text := '';
BEGIN
    IF TG_OP = 'UPDATE' THEN
        before := OLD.stage;
        IF NEW.number <> OLD.number OR NEW.head_seq < OLD.head_seq OR NEW.round < OLD.round THEN
            RAISE EXCEPTION 'order %: number, history and rounds never go back', OLD.number
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF NEW.stage = OLD.stage THEN
            RETURN NEW;
        END IF;
        IF NEW.head_seq = OLD.head_seq THEN
            RAISE EXCEPTION 'order %: stage changed without an event', OLD.number
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END IF;
    IF NOT EXISTS (SELECT FROM orders_stagerule r WHERE r.stage_from = before AND r.stage_to = NEW.stage) THEN
        RAISE EXCEPTION 'order %: no action leads from "%" to "%"', NEW.number, before, NEW.stage
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END;
$$;

CREATE TRIGGER orders_workorder_insert_stage BEFORE INSERT ON orders_workorder
    FOR EACH ROW EXECUTE FUNCTION orders_check_stage();
CREATE TRIGGER orders_workorder_update_stage BEFORE UPDATE OF stage, head_seq, number, round ON orders_workorder
    FOR EACH ROW EXECUTE FUNCTION orders_check_stage();
