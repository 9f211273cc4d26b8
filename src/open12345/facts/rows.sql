-- One row per order and unit that ever had a share of it; and one without a unit for an order that nobody leads now.
-- Everything follows from what is stored, nothing from the present moment: the same stored order gives the same rows.
-- A clock "runs" until it is stopped or the watch puts on record that it ran out: what runs has neither kept nor failed.
WITH wanted AS MATERIALIZED (
    SELECT o.id, o.number, o.origin, o.channel, o.kind, o.order_type, o.category, o.urgency, o.area_id, o.requester_id,
        o.confidential, o.longitude, o.latitude, o.stage, o.lead_unit_id, o.accepted_at, o.dispatched_at, o.closed_at,
        o.outcome, o.solved, o.satisfied, o.urges, o.returns_granted, o.upper_returns
    FROM orders_workorder o WHERE {of[o]} AND o.accepted_at IS NOT NULL
), kind AS (
    SELECT * FROM jsonb_to_recordset(%(kinds)s::jsonb) AS t (code text, base text)
), category AS (
    SELECT * FROM jsonb_to_recordset(%(categories)s::jsonb) AS t (code text, c1 text, c2 text, c3 text, c4 text, c5 text)
), area AS (
    SELECT * FROM jsonb_to_recordset(%(areas)s::jsonb)
        AS t (id bigint, code text, district text, street text, community text, grid text)
), unit AS (
    SELECT * FROM jsonb_to_recordset(%(units)s::jsonb)
        AS t (id bigint, code text, kind text, path text, above text, top text, top_kind text, grp text)
), scale AS (
    SELECT * FROM jsonb_to_recordset(%(scale)s::jsonb) AS t (code text, weight numeric, content boolean)
), answer AS (
    SELECT * FROM jsonb_to_recordset(%(answers)s::jsonb) AS t (code text, counts boolean)
), asking AS (
    SELECT * FROM jsonb_to_recordset(%(applications)s::jsonb) AS t (code text, effect text)
), workday AS (
    SELECT %(first_day)s::date + (t.place - 1)::int AS day, t.n
    FROM unnest(%(days)s::int[]) WITH ORDINALITY AS t (n, place)
), undone AS MATERIALIZED (  -- a dispatch undone at once never counts
    SELECT jsonb_array_elements(e.facts->'undone')::bigint AS id
    FROM orders_event e WHERE {of[e]} AND e.action = 'undo_dispatch'
), told AS (
    SELECT e.order_id,
        count(*) FILTER (WHERE e.action IN ('redispatch', 'reopen_by_upper')
                         OR e.action = 'reopen' AND e.stage_to = 'dispatched') AS redone,
        count(*) FILTER (WHERE e.action = 'take_back') AS taken_back,
        count(*) FILTER (WHERE e.action = 'send_back') AS sent_back,
        bool_or(e.action = 'answer_directly') AS direct,
        bool_or(e.action = 'send_directly' OR e.action = 'dispatch'
                AND starts_with(e.facts->>'reason', '点对点派单')) AS to_the_point,
        (array_agg(e.facts->>'ended' ORDER BY e.seq DESC) FILTER (WHERE e.action = 'close'))[1] AS ended,
        (array_agg(e.facts->>'contacted' ORDER BY e.seq DESC) FILTER (WHERE e.action = 'close'))[1] AS confirmed,
        bool_or(e.action IN ('log_attempt', 'close', 'redispatch', 'close_by_upper', 'reopen_by_upper')) AS called,
        bool_or(e.action IN ('close', 'close_by_upper')) AS closed_by_call,
        bool_or(e.action = 'close_by_upper') AS closed_above
    FROM orders_event e
    WHERE {of[e]} AND e.action IN ('redispatch', 'reopen_by_upper', 'reopen', 'take_back', 'send_back', 'answer_directly',
                       'send_directly', 'dispatch', 'log_attempt', 'close', 'close_by_upper')
    GROUP BY e.order_id
), ticked AS (  -- what the clocks say of one assignment
    SELECT c.assignment_id AS id,
        bool_or(c.kind = 'sign') AS sign, bool_or(c.kind = 'sign' AND c.breached_at IS NOT NULL) AS sign_late,
        bool_or(c.kind = 'sign' AND c.stopped_at IS NULL AND c.breached_at IS NULL) AS sign_runs,
        bool_or(c.kind = 'contact') AS contact,
        bool_or(c.kind = 'contact' AND c.breached_at IS NOT NULL) AS contact_late,
        bool_or(c.kind = 'contact' AND c.stopped_at IS NULL AND c.breached_at IS NULL) AS contact_runs,
        bool_or(c.kind = 'feedback') AS feedback,
        bool_or(c.kind = 'feedback' AND c.breached_at IS NOT NULL) AS feedback_late,
        bool_or(c.kind = 'feedback' AND c.stopped_at IS NULL AND c.breached_at IS NULL) AS feedback_runs,
        max(c.due_at) FILTER (WHERE c.kind = 'reply') AS due_at,
        bool_or(c.kind = 'reply' AND c.breached_at IS NOT NULL) AS late,
        bool_or(c.kind = 'reply' AND c.breached_at IS NOT NULL
                AND NOT (c.extended_by <> '' AND c.stopped_at IS NOT NULL AND c.stopped_at <= c.due_at)) AS outright
    FROM orders_clock c WHERE {of[c]} AND c.assignment_id IS NOT NULL GROUP BY c.assignment_id
), share AS (
    SELECT a.order_id, a.unit_id,
        bool_or(a.role = 'lead' AND a.parent_id IS NULL) AS given,
        CASE WHEN bool_or(a.role = 'lead' AND a.parent_id IS NULL) THEN 'lead'
             WHEN bool_or(a.role = 'lead') THEN 'below'
             WHEN bool_or(a.role = 'co_handler') THEN 'co_handler'
             WHEN bool_or(a.role = 'verifier') THEN 'verifier' ELSE 'copy' END AS role,
        min(a.assigned_at) AS given_at, min(a.signed_at) AS signed_at, min(a.contacted_at) AS contacted_at,
        min(a.arrived_at) AS arrived_at, min(a.answered_at) AS answered_at, max(a.reported_at) AS reported_at,
        (array_agg(a.state ORDER BY a.id DESC))[1] AS state,
        bool_or(a.state = 'returned') AS returned,
        bool_or(t.sign) AS sign, bool_or(t.sign_late) AS sign_late,
        bool_and(a.signed_at IS NOT NULL) FILTER (WHERE t.sign) AS signed,
        bool_or(t.contact AND (a.contacted_at IS NOT NULL OR t.contact_late
                               OR a.state NOT IN ('returned', 'taken_back'))) AS contact,
        bool_or(t.contact_late) AS contact_late,
        bool_and(a.contacted_at IS NOT NULL) FILTER (WHERE t.contact) AS contacted,
        bool_and((a.contacted_at AT TIME ZONE %(zone)s)::date = (a.assigned_at AT TIME ZONE %(zone)s)::date)
            FILTER (WHERE t.contact) AS same_day,
        bool_or(t.feedback) AS feedback, bool_or(t.feedback_late) AS feedback_late,
        bool_or(t.sign_runs) AND NOT bool_or(t.sign_late) AS sign_runs,
        bool_or(t.contact_runs) AND NOT bool_or(t.contact_late) AS contact_runs,
        bool_or(t.feedback_runs) AND NOT bool_or(t.feedback_late) AS feedback_runs,
        max(t.due_at) AS due_at, bool_or(t.late) AS late, bool_or(t.outright) AS outright,
        (array_agg(a.state = 'checked' ORDER BY a.id DESC) FILTER (WHERE t.due_at IS NOT NULL))[1] AS passed
    FROM orders_assignment a LEFT JOIN ticked t ON t.id = a.id
    WHERE {of[a]} AND a.id NOT IN (SELECT id FROM undone) GROUP BY a.order_id, a.unit_id
), leads AS (
    SELECT order_id, count(*) FILTER (WHERE given) AS leads FROM share GROUP BY order_id
), ordered AS (  -- what the clocks say of the order itself
    SELECT c.order_id,
        bool_or(c.kind = 'dispatch' AND c.breached_at IS NOT NULL) AS dispatch_late,
        bool_or(c.kind = 'overall' AND c.breached_at IS NOT NULL) AS overall_late,
        bool_or(c.kind = 'callback' AND (c.stopped_at IS NOT NULL OR c.breached_at IS NOT NULL)) AS call_due,
        bool_or(c.kind = 'callback' AND c.breached_at IS NOT NULL) AS call_late
    FROM orders_clock c WHERE {of[c]} AND c.kind IN ('dispatch', 'overall', 'callback')
    GROUP BY c.order_id
), asked AS (
    SELECT p.order_id, coalesce(a.unit_id, p.asked_unit_id) AS unit_id,
        count(*) FILTER (WHERE k.effect = 'return') AS returns,
        count(*) FILTER (WHERE k.effect = 'return' AND p.state = 'granted') AS returns_granted,
        count(*) FILTER (WHERE k.effect = 'return' AND p.state = 'refused') AS returns_refused,
        count(*) FILTER (WHERE k.effect = 'extend' AND p.state = 'granted') AS extensions
    FROM orders_application p JOIN asking k ON k.code = p.kind
    LEFT JOIN orders_assignment a ON a.id = p.assignment_id WHERE {of[p]} GROUP BY 1, 2
), again AS (
    SELECT e.order_id, e.repeats, (f.stage IN ('closed', 'archived') AND v.counts IS FALSE) AS unsolved
    FROM repeats_entry e JOIN orders_workorder f ON f.id = e.repeats LEFT JOIN answer v ON v.code = f.solved
    WHERE {of[e]}
), paired AS (
    SELECT w.id AS order_id, s.unit_id, coalesce(s.unit_id = w.lead_unit_id, false) AS main
    FROM wanted w JOIN share s ON s.order_id = w.id
    UNION ALL
    SELECT w.id, NULL, true FROM wanted w
    WHERE NOT EXISTS (SELECT FROM share s WHERE s.order_id = w.id AND s.unit_id = w.lead_unit_id)
), joined AS (
    SELECT w.*, p.main, p.unit_id AS unit_id, s.given, s.role AS unit_role, s.given_at, s.signed_at,
        s.contacted_at AS unit_contacted_at, s.arrived_at, s.answered_at AS unit_answered_at, s.reported_at, s.state,
        s.returned, s.sign, s.sign_late, s.signed, s.contact, s.contact_late, s.contacted, s.same_day, s.feedback,
        s.feedback_late, s.sign_runs, s.contact_runs, s.feedback_runs, s.due_at AS unit_due_at, s.late, s.outright, s.passed,
        w.stage IN ('closed', 'archived') AS over,
        coalesce(s.given_at, CASE WHEN p.main THEN w.dispatched_at END) AS first_given_at
    FROM paired p JOIN wanted w ON w.id = p.order_id
    LEFT JOIN share s ON s.order_id = p.order_id AND s.unit_id = p.unit_id
), valued AS (
    SELECT j.*, r.anonymous, r.enterprise, coalesce(k.base, '') AS kind_base,
        j.over AND j.main AND (j.satisfied <> '' OR j.solved <> '') AS valid,
        j.over AND j.main AND j.satisfied <> '' AS rated, j.over AND j.main AND j.solved <> '' AS answered,
        coalesce(z.weight, 0) AS weight, coalesce(z.content, false) AS content, coalesce(v.counts, false) AS counts,
        t.redone, t.taken_back, t.sent_back, t.direct, t.to_the_point, t.ended, t.confirmed, t.called,
        t.closed_by_call, t.closed_above, n.leads,
        CASE WHEN j.main AND k.base IN ('inquiry', 'suggestion', 'praise') THEN ' not_for_solving' ELSE '' END
        || CASE WHEN j.main AND t.ended = 'unreachable' THEN ' unreachable' ELSE '' END
        || CASE WHEN r.anonymous THEN ' anonymous' ELSE '' END
        || CASE WHEN j.returned AND NOT j.main THEN ' misdirected' ELSE '' END
        || coalesce(x.codes, '') AS excluded
    FROM joined j JOIN orders_requester r ON r.id = j.requester_id
    LEFT JOIN kind k ON k.code = j.kind LEFT JOIN scale z ON z.code = j.satisfied
    LEFT JOIN answer v ON v.code = j.solved LEFT JOIN told t ON t.order_id = j.id
    LEFT JOIN leads n ON n.order_id = j.id
    LEFT JOIN LATERAL (
        SELECT string_agg(DISTINCT ' ' || l.code, '' ORDER BY ' ' || l.code) AS codes FROM ({exclusions}) l
        WHERE l.order_id = j.id AND (l.unit_id IS NULL OR l.unit_id = j.unit_id)
    ) x ON true
)
SELECT
{columns}
FROM valued v
LEFT JOIN category c ON c.code = v.category
LEFT JOIN area a ON a.id = v.area_id
LEFT JOIN unit u ON u.id = v.unit_id
LEFT JOIN ordered o ON o.order_id = v.id
LEFT JOIN asked q ON q.order_id = v.id AND q.unit_id = v.unit_id
LEFT JOIN again g ON g.order_id = v.id
LEFT JOIN workday d1 ON d1.day = (v.first_given_at AT TIME ZONE %(zone)s)::date
LEFT JOIN workday d2 ON d2.day = ((v.reported_at - interval '1 microsecond') AT TIME ZONE %(zone)s)::date
LEFT JOIN workday d3 ON d3.day = (v.accepted_at AT TIME ZONE %(zone)s)::date
LEFT JOIN workday d4 ON d4.day = ((v.closed_at - interval '1 microsecond') AT TIME ZONE %(zone)s)::date
