"""The files of a new programme: small, whole, and right at once, so that one begins by changing them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from string import Template

FLOW = Template("""version: "3.1"
flows:
  $flow:
    name: ${title}随访
    description: ${title}患者的电话随访 [D]
    metadata: {form: $form, version: "1"}
    steps:
      - call: opening
$asks
      - call: medicines
      - call: closing
        next: END
""")
ASK_STEP = Template("""      - collect: $ask
        description: $label
        metadata: {patience: long}""")
WORDING = Template("""version: "3.1"
responses:
  utter_ask_$ask:
    - text: "${title}跟上次比，好些了没有？"
  utter_reask_$ask:
    - text: "是好些了、差不多，还是更重了？"
""")
ASKS = Template("""# How the answers to ${title}'s own questions are read. [D]
asks:
  $ask:
    choices:
      "1": [好多了, 好些, 好了, 好转, 见好, 轻了, 强多了, 强些]
      "2": [差不多, 老样子, 一样, 没变, 没什么变化, 没啥变化]
      "3": [重了, 更重, 加重, 厉害了, 更疼, 不如上次, 没好, 没见好, 不见好]
""")
CASES = Template("""# Answers to ${title}'s own questions.
- {id: $stem-001, ask: $ask, text: "好多了", expect: {$ask: "1"}}
- {id: $stem-002, ask: $ask, text: "跟上次差不多", expect: {$ask: "2"}}
- {id: $stem-003, ask: $ask, text: "比上次更重了", expect: {$ask: "3"}}
- {id: $stem-004, ask: $ask, text: "没见好", expect: {$ask: "3"}}
- {id: $stem-005, ask: $ask, text: "不知道", expect: {_answer: unknown}}
""")
FORM = Template("""id: $form
title: ${title}随访记录
short: $title
version: "1"
source: 我们的提议 [D]，须医生认可
headline:
  - {label: 与上次比, slots: [$ask]}
sections:
  - title: 随访
    fields:
      - {slot: visit_date, label: 随访日期, type: date, who: computed}
      - {slot: $ask, label: 与上次比, type: enum, who: phone, ask: $ask, code_system: $form-change,
         codes: {"1": 好转, "2": 没变, "3": 加重}, source: "[D]"}
  - title: 用药
    fields:
      - {slot: medications, label: 用药情况, type: medications, who: phone, ask: medications}
      - {slot: med_adherence, label: 服药依从性, type: enum, who: phone, ask: med_adherence,
         code_system: gw3-adherence, codes: {"1": 规律, "2": 间断, "3": 不服药}, source: "[V:S1,S3]"}
      - {slot: adr, label: 药物不良反应, type: enum, who: phone, ask: adr,
         code_system: gw3-adr, codes: {"1": 无, "2": 有}, source: "[V:S1,S12]"}
      - {slot: adr_text, label: 不良反应内容, type: text, who: phone, ask: adr, only_if: {adr: ["2"]}}
  - title: 下次随访
    fields:
      - {slot: next_visit_date, label: 下次随访日期, type: date, who: doctor}
      - {slot: doctor_sign, label: 随访医生签名, type: text, who: doctor}
""")
RULES = Template("""# $title：只建议下次随访，由医生定。
form: $form
version: "1"
source: 我们的提议 [D]，须医生认可
rules:
  - id: N1
    when: {$ask: "3"}
    within_days: 14
    words: 比上次重，2 周内随访
    source: "[D]"
  - id: N2
    when: {$ask: {filled: true}}
    within_days: 90
    next_step: "1"
    words: 没有更急的情况时 3 个月内随访
    source: "[D]"
  - id: N0
    when: {$ask: {filled: false}}
    within_days: 14
    words: 本次没有问到病情变化，建议 2 周内补问
    source: "[D]"
""")
DIALOGUE = Template("""# Whole conversations of $flow with simulated residents.
- id: $stem-plain
  flow: $flow
  now: 2026-11-23T09:30
  resident: {name: 王桂花, sex: "2", birth_date: 1948-05-03}
  answers: &plain
    identity: "我就是"
    consent: "行，你问吧"
$answers
    medications: "没吃药"
    satisfaction_score: "满意"
    yes_no: "行"
    _default: "不知道"
  expect:
    outcome: completed
$slots    alerts: []

- id: $stem-emergency
  flow: $flow
  resident: {name: 李建国, sex: "1", birth_date: 1950-01-20}
  answers:
    <<: *plain
    someone_nearby: "老伴在"
  injections:
    - {at: $first, user: "我现在胸口疼得厉害，出冷汗"}
  expect:
    outcome: escalated
    alerts: [chest_pain]
""")


def own_files(words: Mapping[str, str]) -> dict[str, str]:
    """The files of a programme with a form of its own, by path below the root. ``words``: flow, form, title, stem."""
    ask = f"{words['stem']}_change"
    fill = {**words, "ask": ask}
    step = ASK_STEP.substitute(ask=ask, label="跟上次比")
    named = {"answers": f'    {ask}: "好多了"', "slots": f'    slots: {{{ask}: "1"}}\n', "first": ask}
    return {
        f"dialogues/clinical/forms/{words['form']}.yml": FORM.substitute(fill),
        f"dialogues/clinical/rules/{words['form']}.yml": RULES.substitute(fill),
        f"dialogues/flows/{words['flow']}.yml": FLOW.substitute(fill, asks=step),
        f"dialogues/responses/{words['flow']}.yml": WORDING.substitute(fill),
        f"nlu_data/asks/{words['flow']}.yml": ASKS.substitute(fill),
        f"evaluation/cases/answers/{words['flow']}.yaml": CASES.substitute(fill),
        f"evaluation/cases/dialogues/{words['flow']}.yaml": DIALOGUE.substitute({**fill, **named}),
    }


def files_of_form(words: Mapping[str, str], asks: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The files of a programme that fills a form there is already, with the asks (id, label) of that form."""
    steps = "\n".join(ASK_STEP.substitute(ask=ask, label=label) for ask, label in asks)
    answers = "\n".join(f'    {ask}: "不知道"' for ask, _ in asks)
    named = {"answers": answers, "slots": "", "first": asks[0][0]}
    return {
        f"dialogues/flows/{words['flow']}.yml": FLOW.substitute(words, asks=steps),
        f"evaluation/cases/dialogues/{words['flow']}.yaml": DIALOGUE.substitute({**words, **named}),
    }
