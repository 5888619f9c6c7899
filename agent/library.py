"""All data of the conversation, loaded and checked once: flows, wording, lexicons, red flags, clinical rules."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from agent.clinical.rules import ClinicalRules, load_clinical
from agent.errors import DefinitionError, InputError
from agent.flows.actions import Tools
from agent.flows.engine import Script
from agent.flows.model import Flow
from agent.flows.reader import read_flows
from agent.flows.replies import Replies, load_replies
from agent.flows.responses import read_responses
from agent.flows.tips import load_tips
from agent.understanding.alike import load_alike
from agent.understanding.asks import ASK_SLOTS
from agent.understanding.dialect import load_dialect
from agent.understanding.hearing import Hearing
from agent.understanding.intent_model import Intents
from agent.understanding.knowledge import Knowledge
from agent.understanding.lexicons import Lexicons, load_lexicons
from agent.understanding.parsing import Parser
from agent.understanding.pauses import load_pauses
from agent.understanding.proxy import load_proxy
from agent.understanding.redflags import load_redflags
from agent.understanding.registry import build_parsers
from agent.understanding.said_before import load_said_before
from agent.yaml_lines import load_yaml
from models.registry import HOME

BUNDLED_INTENTS = HOME / "bundled" / "intents.npz"
BUNDLED_LANGUAGE = HOME / "bundled" / "language"


@dataclass(frozen=True, slots=True)
class Library:
    """What every conversation shares; immutable, safe to use from many at once."""

    root: Path
    script: Script
    knowledge: Knowledge
    rules: ClinicalRules
    replies: Mapping[str, Replies]
    """What a screen offers, by ask."""

    def flow(self, flow_id: str) -> Flow:
        """A flow that a conversation may start with. Raises ``InputError`` naming those there are."""
        flow = self.script.flows.get(flow_id)
        if flow is None or flow.form is None:
            known = "、".join(sorted(name for name, f in self.script.flows.items() if f.form))
            raise InputError("flow-unknown", f"there is no flow {flow_id!r}", f"use one of: {known}")
        return flow


def load_library(root: Path) -> Library:
    """Load ``root/dialogues`` and ``root/nlu_data``. Raises ``DefinitionError`` with file, line and remedy."""
    dialogues, nlu_data = root / "dialogues", root / "nlu_data"
    if not dialogues.is_dir() or not nlu_data.is_dir():
        raise DefinitionError(
            "data-missing",
            "has no dialogues/ and nlu_data/",
            "set SUIFANG_ROOT to the checkout that has them",
            path=root,
        )
    lexicons = load_lexicons(nlu_data)
    dialect = load_dialect(nlu_data / "dialect.yml")
    rules = load_clinical(dialogues / "clinical")
    knowledge = Knowledge(
        lexicons=lexicons,
        hearing=Hearing(nlu_data, BUNDLED_LANGUAGE, lexicons.medicines, dialect),
        redflags=load_redflags(nlu_data, dialogues / "clinical"),
        parsers=load_parsers(nlu_data, lexicons),
        intents=Intents(nlu_data, BUNDLED_INTENTS),
        topics=_topics(nlu_data / "topics.yml"),
        dialect=dialect,
        proxy=load_proxy(nlu_data / "proxy.yml"),
        pauses=load_pauses(nlu_data / "pauses.npz"),
        said_before=load_said_before(nlu_data / "said_before.tsv"),
        instructions=re.compile("|".join(load_yaml(nlu_data / "guard.yml")["instructions"])),
    )
    tools = Tools(rules, load_tips(dialogues / "knowledge"))
    script = Script(load_flows(dialogues / "flows"), read_responses(dialogues / "responses"), tools)
    return Library(root, script, knowledge, rules, load_replies(dialogues / "replies.yml"))


def load_parsers(nlu_data: Path, lexicons: Lexicons | None = None) -> dict[str, Parser]:
    """Every ask's parser, those of ``nlu_data/asks/`` among them."""
    parsers = build_parsers(nlu_data, lexicons or load_lexicons(nlu_data))
    return parsers | load_alike(nlu_data, parsers)


def load_flows(folder: Path) -> dict[str, Flow]:
    """All flows below ``folder`` by id."""
    flows: dict[str, Flow] = {}
    for path in sorted(folder.glob("**/*.yml")):
        for flow in read_flows(path, ASK_SLOTS):
            if flow.id in flows:
                first = flows[flow.id]
                raise DefinitionError(
                    "flow-twice",
                    f"flow {flow.id} stands in {first.path}:{first.line} too",
                    "rename one",
                    path=path,
                    line=flow.line,
                )
            flows[flow.id] = flow
    return flows


def _topics(path: Path) -> Mapping[str, tuple[str, ...]]:
    document = load_yaml(path)
    return {ask: tuple(words) for ask, words in document["topics"].items()}
