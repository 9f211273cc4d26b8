"""What clerks, reviewers and callback agents write in simulated lives. Invented; plain office Chinese.

`NUMBER` stands for the order's number: replies quote it, as real ones do, which also keeps any two of them from being
the very same text. `SPOT` stands for the place. Both are put in when they are known.
"""

from __future__ import annotations

from typing import Final

NUMBER: Final = "\ue000"
SPOT: Final = "\ue001"
HERE: Final = "该处"

CONTACTED: Final = (
    "了解了具体位置和发生时间", "电话联系市民，约定到现场查看", "市民补充了近几天的情况", "市民希望尽快处理并告知结果",
    "已向市民说明办理步骤", "核对了地点和诉求要点", "市民表示白天方便联系", "与市民确认了诉求，已安排人员",
)  # fmt: skip
TRIED: Final = ("首次拨打无人接听", "稍后再次拨打仍未接通")
FOUND: Final = (
    "到场时情况与反映的一致，已拍照留存", "现场已有改善，仍有少量遗留", "已当场处置并劝导相关人员", "已与物业到场核对",
    "现场询问了周边居民和商户", "情况属实，已通知责任单位整改",
)  # fmt: skip
VISITORS: Final = ("工作人员两名", "队员三名", "网格员和社工各一名", "经办人和物业负责人")
ANSWERED: Final = (
    f"您好，您反映的{SPOT}的问题（工单{NUMBER}）已到场处置，后续将加强巡查，感谢您的监督。",
    f"您好，工单{NUMBER}反映的{SPOT}情况已经核实并处理，如有反复请再拨打热线。",
    f"您好，关于{SPOT}的诉求（工单{NUMBER}），我单位已会同有关方面处理完毕，请您留意。",
    f"您好，{SPOT}的情况已落实专人跟进，处理结果见工单{NUMBER}，感谢理解和支持。",
)  # fmt: skip
EXPLAINED: Final = (
    f"您好，关于{SPOT}的诉求（工单{NUMBER}），经核实按现行规定办理，已将政策依据向您说明。",
    f"您好，工单{NUMBER}涉及{SPOT}的事项需按程序推进，目前进展和依据已向您解释。",
    f"您好，{SPOT}的情况（工单{NUMBER}）经查不在整改范围，理由已当面说明，请您理解。",
)  # fmt: skip
FACTS: Final = (
    f"经办人到{SPOT}核实，工单{NUMBER}反映的情况存在，已当场处置并留存照片。",
    f"对{SPOT}进行了查看，确有工单{NUMBER}所述情形，已责成责任方整改到位。",
    f"工单{NUMBER}：{SPOT}的问题经两次复查已经消除。",
)  # fmt: skip
FACTS_EXPLAINED: Final = (
    f"经核查{SPOT}，工单{NUMBER}反映的情况部分存在，原因已查明。",
    f"工单{NUMBER}：{SPOT}的现状符合有关规定，市民的疑问来自信息不对称。",
)  # fmt: skip
DEMANDS: Final = (
    "诉求应予支持，已按职责办结并安排回头看。", "属本单位职责，处置后已列入日常巡查。",
    "要求合情合理，已协调相关方面落实。",
)  # fmt: skip
DEMANDS_EXPLAINED: Final = (
    "可以办理的部分已经办理，其余受条件限制，已说明理由。", "已就政策口径作出解释，并告知可以选择的途径。",
)  # fmt: skip
CITIZEN: Final = ("表示认可", "表示感谢", "没有其他意见", "希望长期保持")
CITIZEN_EXPLAINED: Final = ("表示理解，希望继续关注", "对结果有保留意见", "表示知晓")
IN_CHARGE: Final = ("分管负责人", "分管副主任", "值班领导", "科室负责人")
NO_SITE: Final = ("电话已核实清楚，不需到场", "事项不涉及现场", "材料齐全，书面核查即可")
CO_WORK: Final = (
    f"配合到{SPOT}核查，工单{NUMBER}中属本单位职责的事项已办结。",
    f"已派员协同处置{SPOT}的问题（工单{NUMBER}），情况已反馈主办单位。",
)  # fmt: skip
STATION: Final = (
    f"已到{SPOT}巡查处置，照片已上传（工单{NUMBER}）。", f"网格员上门核实{SPOT}的情况，工单{NUMBER}已办结。",
)  # fmt: skip
HANDED: Final = ("请就近到现场处置", "请核实后当日反馈", "请上门了解并处理")
DIRECT: Final = (
    f"已按政策口径当场解答，市民表示清楚（工单{NUMBER}）。",
    f"已告知办理地点、时间和所需材料（工单{NUMBER}）。",
    f"已就所问事项作了解释，并发送了公开的办事指南（工单{NUMBER}）。",
)  # fmt: skip
REFUSED: Final = (
    "已告知不属于热线受理范围，并说明可以前往的部门。", "已解释不予受理的原因，建议通过法定途径反映。",
)  # fmt: skip
DECIDED: Final = ("同意", "情况属实，同意", "理由成立，同意")
PASSED: Final = ("要素齐全", "办理情况清楚", "报告与回复一致")
NOT_OURS: Final = ("核对职责后，该事项主办单位不是本单位", "地点虽在附近，管理权属不在本单位")
AGAIN: Final = (
    "市民反映问题没有解决，请再次到场核实", "市民称情况反复，请查明原因后处理", "市民对办理过程不满意，请重新联系",
)  # fmt: skip
UPPER: Final = ("回访完毕", "已回访市民", "市民已确认")
ADVISED: Final = "按市民所述先派"
MORE_TIME: Final = "需会同专业单位到场检测，排期和施工需要时间，完成后及时答复市民。"
NOTED: Final = (
    "见办结报告所附材料", "以现场核对的为准", "按登记材料", "见承办单位台账", "详见现场记录", "与市民所述一致",
    "以项目公示为准",
)  # fmt: skip
FILLED: Final = "见办结报告所附材料"
