"""What clerks, reviewers and callback agents write in simulated lives. Invented; plain office Chinese.

`NUMBER` stands for the order's number: notes within the offices quote it, which keeps any two of them from being the
very same text. What citizens read does not; it is put together of parts (`wording`), so that hardly two orders about
one place say the same. `SPOT` stands for the place. Both are put in when they are known.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

Words = tuple[str, ...]
#: Words by the sort of a matter (`wording.sort_of`).
BySort = Mapping[str, Words]

NUMBER: Final = "\ue000"
SPOT: Final = "\ue001"
#: Where no area is known either.
HERE: Final = "现场"

CONTACTED: Final[BySort] = {
    "street": (
        "了解了具体位置和发生时间", "电话联系市民，约定到现场查看", "市民补充了近几天的情况",
        "市民希望尽快处理并告知结果",
        "已向市民说明办理步骤", "核对了地点和诉求要点", "市民表示白天方便联系", "与市民确认了诉求，已安排人员",
    ),
    "service": (
        "核对了诉求要点", "市民补充了有关材料", "市民希望尽快告知结果", "已向市民说明办理步骤", "市民表示白天方便联系",
        "与市民确认了诉求，已转经办人员", "了解了事情经过",
    ),
}  # fmt: skip
FOUND: Final[BySort] = {
    "street": (
        "到场时情况与反映的一致，已拍照留存", "已当场处置并劝导相关人员", "现场询问了周边居民和商户，情况属实",
        "情况属实，已通知责任单位整改",
    ),
    "home": (
        "到场时情况与反映的一致，已拍照留存", "已与物业到场核对，情况属实", "向居民和物业了解了经过",
        "情况属实，已要求物业整改",
    ),
    "market": (
        "向经营者了解了经过，调阅了有关记录", "经营者到场核对，认可所反映的情况", "查看了经营场所和有关凭证",
    ),
    "labour": ("向用人单位了解了经过，调阅了有关记录", "用人单位到场核对，认可所反映的情况"),
    "service": ("向经办窗口了解了经过", "查看了服务场所，与经办人员核对", "向有关人员逐一了解，情况属实"),
}  # fmt: skip
FOUND_EXPLAINED: Final = (
    "到场时情况与反映的有出入，已拍照留存",
    "部分情况存在，已向在场人员了解原因",
    "现场询问了有关人员，已作记录",
)
FOUND_AGAIN: Final = (
    "复查时仍有遗留，已当场补充处置",
    "与前次处置情况核对，未到位的部分已督促完成",
    "复查情况已拍照留存",
)
VISITORS: Final[BySort] = {
    "street": ("工作人员两名", "队员三名", "网格员和社工各一名", "经办人和网格员"),
    "home": ("经办人和物业负责人", "社工和物业经理", "网格员和社工各一名", "工作人员两名"),
    "market": ("执法人员两名", "工作人员两名"),
    "labour": ("监察员两名", "工作人员两名"),
    "service": ("工作人员两名", "经办人和窗口负责人"),
}

# The closing report: how it was looked into, and what came of it.
LOOKED: Final[BySort] = {
    "street": (
        f"经办人到{SPOT}核实，反映的情况存在", f"对{SPOT}进行了查看，确有所述情形",
        f"接单后到{SPOT}核对，情况与反映的一致",
        f"到{SPOT}查看并询问周边居民，情况属实", f"{SPOT}的问题经到场确认属实", f"派员到{SPOT}了解，所述情况属实",
    ),
    "home": (
        f"经办人到{SPOT}与物业、居民核对，反映的情况存在", f"上门了解{SPOT}的情况，所述属实",
        f"会同物业到{SPOT}查看，问题确实存在", f"向{SPOT}的物业和居委了解，情况属实", f"{SPOT}的问题经核对属实",
    ),
    "market": (
        f"就{SPOT}的诉求向经营者和市民双方了解，反映的情况存在", f"约谈{SPOT}的经营者，对方认可所反映的情况",
        f"对{SPOT}的经营者进行核查，调阅了有关记录，情况属实", f"对{SPOT}所涉的经营活动作了检查，所述属实",
    ),
    "labour": (
        f"就{SPOT}的诉求向用人单位和职工双方核对，反映的情况存在", f"约谈{SPOT}的用人单位，对方认可所反映的情况",
        f"调阅{SPOT}所涉的用工和考勤记录，情况属实", f"到{SPOT}所涉的用人单位了解，所述属实",
    ),
    "service": (
        f"就{SPOT}的诉求向经办窗口了解，反映的情况存在", f"调阅{SPOT}所涉的办理记录，情况属实",
        f"与{SPOT}所涉的经办人员逐一核对，所述属实", f"对{SPOT}的情况作了了解，反映的问题存在",
    ),
    "inquiry": (
        f"对照现行规定核对了{SPOT}所问的事项", f"就{SPOT}所问的事项查阅了有关文件", f"向业务科室核实了{SPOT}所问的内容",
    ),
    "suggestion": (
        f"对关于{SPOT}的建议进行了研究", f"就{SPOT}的建议听取了有关科室意见", f"关于{SPOT}的建议已经核对，有参考价值",
    ),
    "praise": (f"关于{SPOT}的来电已转有关人员", f"对{SPOT}的来电作了核对，情况属实", f"已了解{SPOT}来电所说的经过"),
}  # fmt: skip
DONE: Final[BySort] = {
    "street": (
        "已当场处置并留存照片", "已责成责任方整改到位", "已安排人员处理完成", "已会同有关单位处置完毕",
        "已通知养护单位处理完成", "处置后已列入巡查点位",
    ),
    "home": (
        "物业已完成整改", "已协调物业和相关住户处理到位", "已安排维修并完成", "已会同居委协调，各方已落实",
        "处理情况已在楼内告知",
    ),
    "market": ("经调解双方已达成一致", "经营者已按核对结果办理", "已责令改正，现已改正到位", "经营者已与市民结清"),
    "labour": ("经协调双方已达成一致", "用人单位已按核对结果办理", "已责令改正，现已改正到位"),
    "service": ("已按规定补办完毕", "经办窗口已改进并与市民办妥", "已协调有关科室办理完毕", "相关人员已改正"),
    "inquiry": ("已将条件、材料和时间告知市民", "已把政策依据向市民讲清", "已告知办理地点和联系方式", "已逐项答复"),
    "suggestion": ("可行部分已经采纳", "已列入下一步工作安排", "已转设计和管理人员采用"),
    "praise": ("已向当事人转达谢意", "已在单位内部通报", "已记入当事人的工作记录"),
}  # fmt: skip
LOOKED_EXPLAINED: Final = (
    f"经核查{SPOT}，反映的情况部分存在", f"就{SPOT}的诉求作了核对，情况与反映的有出入",
    f"向有关方面了解了{SPOT}的情况，所述部分属实",
    f"{SPOT}的诉求经核对，部分属实",
)  # fmt: skip
DONE_EXPLAINED: Final = (
    "原因已查明并向市民说明", "现状符合有关规定，已作解释", "需由权属单位按程序推进，进展已告知",
    "目前条件下难以全部满足，已说明理由", "市民的疑问来自信息不对称，已解释清楚",
)  # fmt: skip
LOOKED_AGAIN: Final = (
    f"收到回访意见后再次核实{SPOT}的情况，前次处理不够到位", f"对{SPOT}作了复查，前次处理后仍有遗留",
    f"再次就{SPOT}的诉求与市民核对，确有未落实之处", f"复查{SPOT}，市民所说的反复情况存在",
)  # fmt: skip
DONE_AGAIN: Final = (
    "已补充措施，现已处理完毕", "已重新办理并落实到人", "遗留部分已经消除", "已更换处理方式，市民要求得到落实",
)  # fmt: skip
EXPLAINED_AGAIN: Final = (
    "结论不变，已再次说明依据",
    "能办的部分已补办，其余已说明理由",
    "已换人重新解释，并告知其他途径",
)
DEMANDS: Final = (
    "诉求应予支持，已按职责办结并安排回头看。", "属本单位职责，处置后已列入日常工作。",
    "要求合情合理，已协调相关方面落实。",
    "诉求合理，已全部办结。", "属职责范围，已按程序办结。",
)  # fmt: skip
DEMANDS_ASKED: Final = ("已按要求答复。", "属本单位职责，已回复市民。", "已按来电要求办理。")
DEMANDS_EXPLAINED: Final = (
    "可以办理的部分已经办理，其余受条件限制，已说明理由。", "已就政策口径作出解释，并告知可以选择的途径。",
    "合理部分予以支持，其余已作说明。",
)  # fmt: skip
DEMANDS_AGAIN: Final = ("市民前次不满意的部分已补办。", "诉求应予支持，已督促落实。", "合理要求已重新办理。")

# What the citizen is told.
GREETING: Final = ("您好，", "市民您好，", "您好，感谢来电，", "您好，这里是承办单位，", "来电人您好，")
TOLD: Final[BySort] = {
    "street": (
        f"您反映的{SPOT}的问题已到场处置", f"您反映的{SPOT}的情况已经核实并处理",
        f"关于{SPOT}的诉求，我单位已会同有关方面处理完毕",
        f"{SPOT}的情况已落实专人处理", f"{SPOT}的问题已处理到位",
    ),
    "home": (
        f"您反映的{SPOT}的问题已与物业处理完毕", f"{SPOT}的情况已经核实，并已协调处理到位",
        f"关于{SPOT}的诉求，已会同居委和物业办理", f"{SPOT}的问题已安排处理完成",
    ),
    "market": (
        f"您反映的{SPOT}的经营者已按规定处理", f"关于{SPOT}的诉求，经营者已与您对接办理",
        f"{SPOT}的消费诉求已经调解办结",
        f"您反映的{SPOT}的情况已核查并责令改正",
    ),
    "labour": (
        f"您反映的{SPOT}的用工问题已协调办结", f"关于{SPOT}的诉求，用人单位已与您对接办理",
        f"{SPOT}所涉的用人单位已按规定改正",
    ),
    "service": (
        f"您反映的{SPOT}的问题已核实并办理", f"关于{SPOT}的诉求，有关科室已经办结", f"{SPOT}所涉的事项已为您办妥",
    ),
    "inquiry": (
        f"您咨询的{SPOT}的事项，办理条件和所需材料已告知", f"关于{SPOT}所问的事项，政策依据已向您说明",
        f"{SPOT}所问的问题，答复如电话中所述",
    ),
    "suggestion": (f"您对{SPOT}的建议我们已认真研究", f"关于{SPOT}的建议，可行部分将予采用",
        f"{SPOT}的建议已转有关科室研究"),
    "praise": (f"您对{SPOT}的肯定已转达当事人", f"关于{SPOT}的来电已通报有关人员"),
}  # fmt: skip
GOODBYE: Final = (
    "，感谢您的监督。", "，如有反复请再拨打热线。", "，请您留意。", "，感谢理解和支持。", "，有其他情况请随时联系。",
    "。谢谢您的来电。",
)  # fmt: skip
TOLD_AGAIN: Final = (
    f"根据您的回访意见，{SPOT}的问题已重新办理", f"您说的{SPOT}的遗留情况已经补办", f"{SPOT}的诉求已再次核实并落实",
)  # fmt: skip
TOLD_EXPLAINED: Final = (
    f"关于{SPOT}的诉求，经核实按现行规定办理，政策依据已向您说明",
    f"{SPOT}的事项需按程序推进，目前进展和依据已向您解释",
    f"{SPOT}的情况经查部分存在，可办的已办，其余理由已向您说明", f"您反映的{SPOT}的情况，原因和安排已向您解释",
)  # fmt: skip
EXPLAINED_ONCE_MORE: Final = (
    f"根据您的回访意见再次核实了{SPOT}的情况，依据已重新向您说明",
    f"{SPOT}的诉求已复核，结论和可走的途径已向您说明",
)

CITIZEN: Final = ("表示认可", "表示感谢", "没有其他意见", "希望长期保持")
CITIZEN_EXPLAINED: Final = ("表示理解，希望继续关注", "对结果有保留意见", "表示知晓")
CITIZEN_UNHAPPY: Final = ("对结果有保留意见", "希望进一步落实", "表示知晓，仍有意见", "认为处理得不够彻底")
CITIZEN_UNKNOWN: Final = ("未留联系方式，无法听取意见", "匿名来电，未能听取意见")
#: What the invented people are who answer for a unit's reports (`Filled.in_charge`), by how its name ends.
RANKS: Final[Mapping[str, Words]] = {
    "局": ("副局长", "党组成员"), "公司": ("副总经理", "部门经理"), "企业": ("副总经理", "部门经理"),
    "单位": ("副总经理", "部门经理"), "工作站": ("站长", "副站长"), "队": ("副大队长", "中队长"),
    "居委会": ("副主任", "社区书记"), "村委会": ("副主任", "村书记"), "": ("副主任", "科长"),
}  # fmt: skip
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
    "市民反映问题没有解决，请再次到场核实",
    "市民称情况反复，请查明原因后处理",
    "市民表示答复与实际不符，请重新核实",
)
AGAIN_CONDUCT: Final = ("市民对办理过程不满意，请重新联系", "市民认可结果，但对联系和答复不满意，请重新沟通")

# How a platform above closes: whom it reached, and what that one said.
UPPER: Final = ("回访完毕，市民认可", "已回访市民，表示满意", "市民已确认")
UPPER_SILENT: Final = ("已回访市民，未作评价", "回访完毕，市民无补充意见")
UPPER_UNSOLVED: Final = (
    "市民表示问题尚未解决，意见已记录",
    "市民不认可办理结果，已作解释",
    "市民称未解决，已告知其他途径",
)
UPPER_UNHAPPY: Final = ("市民对办理过程不满意，意见已记录", "市民认为答复不够及时，已作解释")
UPPER_UNREACHED: Final = (
    "多次拨打未联系上市民，按规定办结",
    "回访电话无人接听，按规定办结",
    "多次联系未果，按规定办结",
)
ADVISED: Final = "按市民所述先派"
MORE_TIME: Final = "需会同专业单位到场检测，排期和施工需要时间，完成后及时答复市民。"

#: Lines of the pack's own forms, by their codes; what no code names is filled with `NOTED`.
FIELDS: Final[Mapping[str, Words]] = {
    "document": ("本单位职能配置和内设机构规定",),
    "clause": ("该事项由行业主管部门负责，本单位无管理权限。",),
    "plan": ("由主办单位牵头，会同专业单位现场检测后排期施工，完工后复核并答复市民。",),
    "department": ("行业主管部门",),
    "right_place": ("道路另一侧，属相邻单位辖区",),
    "real_demand": ("市民希望由管理单位派人当面解释",),
    "tried": ("两次致电并短信联系，均未得到补充",),
}
MEASURES: Final = (
    "施工单位已完成维修，经核对无渗漏",
    "已完成修补并复核",
    "已更换损坏部件，试用正常",
    "维修已完工，保修期内再有问题可随时报修",
)
MEASURES_PLANNED: Final = (
    "已约定上门检测时间，检测后再定方案",
    "需动用维修资金，正在征求业主意见",
    "待天气转好后由施工单位安排",
)
NOTED: Final = ("以现场核对的为准", "与市民所述一致", "已与双方核对", "已核对登记材料")
