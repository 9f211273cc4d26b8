"""What must always be true of the stored orders: each invariant is one query for whatever breaks it.

`open12345 fsck` and the property tests run the same list. A query returns (order number, detail).
"""

# ruff: noqa: S608 - the queries are put together from constants only
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection

from open12345.orders.chain import Flaw


@dataclass(frozen=True, slots=True)
class Invariant:
    """One sentence that must hold, and the query that finds where it does not."""

    name: str
    title: str
    sql: str


_LIVE = "('waiting', 'signed', 'working', 'reported')"
_ENDED = "('closed', 'archived', 'cancelled')"
_ROUND_OPENERS = "('dispatch', 'send_directly', 'redispatch', 'reopen_by_upper')"
_ROUNDS = "(count(e.seq) - 2 * count(e.seq) FILTER (WHERE e.action = 'undo_dispatch'))"

#: An event of the order's own lead, not of a unit below it.
_OF_LEAD = """NOT EXISTS (SELECT FROM orders_assignment a WHERE a.id = e.assignment
        AND (a.parent_id IS NOT NULL OR a.role <> 'lead'))"""


def _counter(column: str, condition: str, title: str) -> Invariant:
    return Invariant(
        f"count_{column}",
        title,
        f"""
        SELECT o.number, o.{column} || ' / ' || count(e.seq) FROM orders_workorder o
        LEFT JOIN orders_event e ON e.order_id = o.id AND {condition}
        GROUP BY o.id HAVING o.{column} <> count(e.seq)
        """,
    )


INVARIANTS: tuple[Invariant, ...] = (
    Invariant("stage_is_last_event", "阶段等于最后一条流转记录", """
        SELECT o.number, o.stage || ' / ' || e.stage_to FROM orders_workorder o
        JOIN orders_event e ON e.order_id = o.id AND e.seq = o.head_seq WHERE e.stage_to <> o.stage"""),
    Invariant("head_is_last_event", "工单记着最后一条流转记录", """
        SELECT o.number, o.head_seq || ' / ' || coalesce(max(e.seq), 0) FROM orders_workorder o
        LEFT JOIN orders_event e ON e.order_id = o.id GROUP BY o.id
        HAVING o.head_seq IS DISTINCT FROM max(e.seq)"""),
    Invariant("heard_is_in_history", "市民的评价就是最后一次回访所记", """
        SELECT o.number, o.solved || ' ' || o.satisfied FROM orders_workorder o LEFT JOIN LATERAL (
            SELECT e.facts FROM orders_event e WHERE e.order_id = o.id
            AND (e.action IN ('close', 'redispatch', 'close_by_upper')
                OR e.action = 'check_answer' AND e.facts ->> 'valid' = 'true')
            ORDER BY e.seq DESC LIMIT 1) said ON true
        WHERE (o.solved, o.satisfied)
            <> (coalesce(said.facts ->> 'solved', ''), coalesce(said.facts ->> 'satisfied', ''))"""),
    Invariant("no_gap_in_history", "流转记录连续", """
        SELECT o.number, count(*) || ' / ' || max(e.seq) FROM orders_workorder o
        JOIN orders_event e ON e.order_id = o.id GROUP BY o.id HAVING count(*) <> max(e.seq) OR min(e.seq) <> 1"""),
    Invariant("history_joins", "上一条到达的阶段是下一条的起点", """
        SELECT o.number, 'event ' || e.seq FROM orders_event e JOIN orders_workorder o ON o.id = e.order_id
        JOIN orders_event p ON p.order_id = e.order_id AND p.seq = e.seq - 1 WHERE p.stage_to <> e.stage_from"""),
    Invariant("history_legal", "每次阶段变化都在流转表内", """
        SELECT o.number, e.stage_from || ' > ' || e.stage_to FROM orders_event e
        JOIN orders_workorder o ON o.id = e.order_id LEFT JOIN orders_stagerule r
        ON r.stage_from = e.stage_from AND r.stage_to = e.stage_to WHERE r.stage_to IS NULL"""),
    Invariant("time_runs_forward", "流转记录的时间不倒退", """
        SELECT o.number, 'event ' || e.seq FROM orders_event e JOIN orders_workorder o ON o.id = e.order_id
        JOIN orders_event p ON p.order_id = e.order_id AND p.seq = e.seq - 1 WHERE p.at > e.at"""),
    Invariant("one_lead", "在办工单恰有一个主办", f"""
        SELECT o.number, count(a.id)::text FROM orders_workorder o LEFT JOIN orders_assignment a
        ON a.order_id = o.id AND a.round = o.round AND a.role = 'lead' AND a.parent_id IS NULL AND a.state IN {_LIVE}
        WHERE o.stage IN ('dispatched', 'handling', 'review') GROUP BY o.id HAVING count(a.id) <> 1"""),
    Invariant("no_work_without_round", "不在办的工单没有未了的承办", f"""
        SELECT o.number, a.role || ' ' || a.state FROM orders_assignment a JOIN orders_workorder o ON o.id = a.order_id
        WHERE a.state IN {_LIVE} AND (a.round <> o.round OR o.stage NOT IN ('dispatched', 'handling', 'review'))"""),
    Invariant("lead_unit_is_lead", "工单上的主办单位就是主办承办", f"""
        SELECT o.number, a.unit_id::text FROM orders_assignment a JOIN orders_workorder o ON o.id = a.order_id
        WHERE a.role = 'lead' AND a.parent_id IS NULL AND a.round = o.round AND a.state IN {_LIVE}
        AND o.lead_unit_id IS DISTINCT FROM a.unit_id"""),
    Invariant("stage_follows_signature", "主办签收之后才在办理中", """
        SELECT o.number, a.state FROM orders_assignment a JOIN orders_workorder o ON o.id = a.order_id
        WHERE a.role = 'lead' AND a.parent_id IS NULL AND a.round = o.round AND (
            (o.stage = 'dispatched' AND a.state IN ('signed', 'working', 'reported'))
            OR (o.stage = 'handling' AND a.state IN ('waiting', 'reported'))
            OR (o.stage = 'review' AND a.state IN ('waiting', 'signed', 'working')))"""),
    Invariant("child_in_its_order", "下级承办与上级同单同轮", """
        SELECT o.number, a.id::text FROM orders_assignment a JOIN orders_assignment p ON p.id = a.parent_id
        JOIN orders_workorder o ON o.id = a.order_id WHERE p.order_id <> a.order_id OR p.round <> a.round"""),
    Invariant("child_before_parent", "下级时限不晚于上级（转派时）", """
        SELECT o.number, a.id::text FROM orders_assignment a JOIN orders_assignment p ON p.id = a.parent_id
        JOIN orders_workorder o ON o.id = a.order_id
        WHERE a.role = 'lead' AND a.due_at > p.due_at AND a.due_at > a.assigned_at"""),
    Invariant("assignment_due_with_clock", "承办的时限就是它的办理时限", f"""
        SELECT o.number, a.id || ' ' || coalesce(a.due_at::text, '-') FROM orders_assignment a
        JOIN orders_clock c ON c.assignment_id = a.id AND c.kind = 'reply' AND c.stopped_at IS NULL
        JOIN orders_workorder o ON o.id = a.order_id
        WHERE a.state IN {_LIVE} AND a.due_at IS DISTINCT FROM c.due_at"""),
    Invariant("no_clock_of_past_round", "已过轮次没有在走的时限", """
        SELECT o.number, c.kind FROM orders_clock c JOIN orders_workorder o ON o.id = c.order_id
        WHERE c.stopped_at IS NULL AND c.round <> o.round AND c.kind NOT IN ('overall', 'decision')"""),
    Invariant("no_clock_after_end", "已结束的工单没有在走的时限", f"""
        SELECT o.number, c.kind FROM orders_clock c JOIN orders_workorder o ON o.id = c.order_id
        WHERE c.stopped_at IS NULL AND o.stage IN {_ENDED}
        AND NOT (c.kind = 'decision' AND o.stage <> 'cancelled' AND c.started_at >= o.closed_at)"""),
    Invariant("one_clock_of_a_kind", "同一时限只有一个在走", """
        SELECT o.number, c.kind FROM orders_clock c JOIN orders_workorder o ON o.id = c.order_id
        WHERE c.stopped_at IS NULL
        GROUP BY o.id, c.kind, c.assignment_id, c.application HAVING count(*) > 1"""),
    Invariant("accepted_waits_for_dispatch", "待派单的工单走着派单时限", """
        SELECT o.number, '' FROM orders_workorder o WHERE o.stage = 'accepted' AND NOT EXISTS (
            SELECT FROM orders_clock c WHERE c.order_id = o.id AND c.kind = 'dispatch' AND c.stopped_at IS NULL)"""),
    Invariant("clock_of_open_work", "在走的承办时限属于未了的承办", f"""
        SELECT o.number, c.kind || ' ' || a.state FROM orders_clock c
        JOIN orders_assignment a ON a.id = c.assignment_id JOIN orders_workorder o ON o.id = c.order_id
        WHERE c.stopped_at IS NULL AND c.kind IN ('sign', 'reply', 'report')
        AND a.state NOT IN {_LIVE}"""),
    Invariant("late_is_marked", "停表晚于时限的都记为超时", """
        SELECT o.number, c.kind FROM orders_clock c JOIN orders_workorder o ON o.id = c.order_id
        WHERE c.alarm AND c.stopped_at > c.due_at AND c.breached_at IS NULL"""),
    Invariant("queue_by_earliest_clock", "工单的到期时刻是最早的在走时限", """
        SELECT o.number, coalesce(o.due_at::text, '-') FROM orders_workorder o LEFT JOIN orders_clock c
        ON c.order_id = o.id AND c.stopped_at IS NULL AND c.paused_at IS NULL AND c.alarm
        GROUP BY o.id HAVING o.due_at IS DISTINCT FROM min(c.due_at)"""),
    Invariant("paused_only_for_a_reason", "时限只在审核、核对或申请中暂停", """
        SELECT o.number, c.kind FROM orders_clock c JOIN orders_workorder o ON o.id = c.order_id
        LEFT JOIN orders_assignment a ON a.id = c.assignment_id
        WHERE c.paused_at IS NOT NULL AND c.stopped_at IS NULL AND a.state IS DISTINCT FROM 'reported'
        AND NOT EXISTS (SELECT FROM orders_application p WHERE p.order_id = o.id AND p.state = 'pending')"""),
    Invariant("lock_is_pending", "锁定工单的申请在待审批", """
        SELECT o.number, p.state FROM orders_workorder o LEFT JOIN orders_application p ON p.id = o.locked_by
        WHERE o.locked_by IS NOT NULL AND (p.id IS NULL OR p.state <> 'pending' OR p.order_id <> o.id)"""),
    Invariant("pending_has_a_stage", "待审批的申请属于未结束的工单", """
        SELECT o.number, p.kind FROM orders_application p JOIN orders_workorder o ON o.id = p.order_id
        WHERE p.state = 'pending' AND o.stage NOT IN ('accepted', 'dispatched', 'handling')
        AND NOT (o.stage IN ('closed', 'archived') AND p.asked_at >= o.closed_at)"""),
    Invariant("decision_clock_of_pending", "审批时限只为待审批的申请走", """
        SELECT o.number, p.state FROM orders_clock c JOIN orders_application p ON p.id = c.application
        JOIN orders_workorder o ON o.id = c.order_id WHERE c.stopped_at IS NULL AND p.state <> 'pending'"""),
    Invariant("moments_in_order", "受理、派单、办结、结案依次发生", """
        SELECT o.number, '' FROM orders_workorder o WHERE o.accepted_at > o.dispatched_at
        OR o.dispatched_at > o.submitted_at OR o.submitted_at > o.closed_at"""),
    Invariant("merged_has_pointer", "并单的工单指向另一件", """
        SELECT o.number, '' FROM orders_workorder o JOIN orders_event e ON e.order_id = o.id AND e.action = 'merge'
        WHERE NOT EXISTS (SELECT FROM orders_link l WHERE l.order_id = o.id AND l.kind = 'merged_into')"""),
    Invariant("person_sealed", "诉求人要么有钥匙，要么已抹去", """
        SELECT coalesce(o.number, '-'), r.id::text FROM orders_requester r
        LEFT JOIN orders_workorder o ON o.requester_id = r.id WHERE (r.key IS NULL) <> (r.erased_at IS NOT NULL)"""),
    _counter("returns_asked", f"e.action = 'apply' AND e.facts ->> 'kind' = 'return' AND {_OF_LEAD}",
        "主办的退单申请次数等于流转记录"),
    _counter("callbacks", "e.action IN ('close', 'redispatch')", "回访次数等于流转记录"),
    _counter("urges", "e.action = 'urge'", "催办次数等于流转记录"),
    _counter("reopened", "e.action IN ('reopen', 'reopen_by_upper')", "重启次数等于流转记录"),
    Invariant("rounds_counted", "轮次等于派单次数，撤销的派单不算", f"""
        SELECT o.number, o.round || ' / ' || {_ROUNDS} FROM orders_workorder o LEFT JOIN orders_event e
        ON e.order_id = o.id AND (e.action IN {_ROUND_OPENERS} OR e.action = 'undo_dispatch'
            OR (e.action = 'reopen' AND e.stage_to = 'dispatched'))
        GROUP BY o.id HAVING o.round <> {_ROUNDS}"""),
    Invariant("undone_at_once", "撤销的是刚才那次派单，承办都已收回", """
        SELECT o.number, 'event ' || e.seq FROM orders_event e JOIN orders_workorder o ON o.id = e.order_id
        JOIN orders_event p ON p.order_id = e.order_id AND p.seq = e.seq - 1
        WHERE e.action = 'undo_dispatch' AND (p.action NOT IN ('dispatch', 'send_directly')
            OR p.round <> e.round + 1 OR EXISTS (SELECT FROM orders_assignment a WHERE a.order_id = e.order_id
            AND a.assigned_at = p.at AND a.round = p.round AND a.state <> 'taken_back'))"""),
    Invariant("granted_returns_counted", "同意退单次数等于申请记录", """
        SELECT o.number, o.returns_granted::text FROM orders_workorder o LEFT JOIN orders_application p
        ON p.order_id = o.id AND p.kind = 'return' AND p.state = 'granted'
        LEFT JOIN orders_assignment a ON a.id = p.assignment_id
        GROUP BY o.id HAVING o.returns_granted <> count(p.id) FILTER (WHERE a.parent_id IS NULL)"""),
    Invariant("extensions_counted", "主办的延期次数等于同意的申请", """
        SELECT o.number, o.extensions::text FROM orders_workorder o LEFT JOIN orders_application p
        ON p.order_id = o.id AND p.kind = 'extension' AND p.state = 'granted'
        AND NOT EXISTS (SELECT FROM orders_assignment a
            WHERE a.id = p.assignment_id AND (a.parent_id IS NOT NULL OR a.role <> 'lead'))
        GROUP BY o.id HAVING o.extensions <> count(p.id)"""),
    Invariant("head_sealed_or_waiting", "每件工单的末条记录已封存或待封存", """
        SELECT o.number, o.head_seq::text FROM orders_workorder o
        WHERE NOT EXISTS (SELECT FROM orders_sealedhead s WHERE s.order_id = o.id AND s.seq = o.head_seq)
        AND NOT EXISTS (SELECT FROM orders_unsealed u WHERE u.order_id = o.id)"""),
    Invariant("history_guarded", "历史受数据库触发器保护", """
        SELECT '-', wanted || '_' || kind FROM (VALUES
            ('orders_event', 'append_only'), ('orders_event', 'no_truncate'), ('orders_event', 'to_seal'),
            ('orders_anchor', 'append_only'), ('orders_anchor', 'no_truncate'),
            ('orders_sealedhead', 'append_only'), ('orders_sealedhead', 'no_truncate'),
            ('orders_workorder', 'no_delete'), ('orders_workorder', 'insert_stage'),
            ('orders_workorder', 'update_stage')) AS guard (wanted, kind)
        WHERE NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = wanted::regclass
            AND t.tgname = wanted || '_' || kind AND t.tgenabled IN ('O', 'A'))"""),
    Invariant("history_not_granted", "应用账号无权改动历史", """
        SELECT '-', table_name || ' ' || p FROM unnest(ARRAY['orders_event', 'orders_anchor', 'orders_sealedhead',
        'orders_stagerule']) AS table_name, unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS p
        WHERE has_table_privilege(current_user, table_name, p)"""),
)  # fmt: skip


def check_all() -> Iterator[Flaw]:
    """Yield a flaw for every order (or row) that breaks an invariant."""
    for invariant in INVARIANTS:
        with connection.cursor() as cursor:
            cursor.execute(invariant.sql)
            for number, detail in cursor.fetchall():
                yield Flaw(str(number), None, invariant.name, f"{invariant.title}：{detail}")
