"""All settings, read once from the environment (``SUIFANG_…``); built by the command line, never at import."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from agent.errors import InputError

PREFIX = "SUIFANG_"


BUNDLED_RECOGNIZER = "syllable-ctc"


class Settings(BaseSettings):
    """What an operator may set."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    root: Path = Path(__file__).resolve().parent.parent
    """The checkout that holds dialogues/ and nlu_data/."""
    data_dir: Path = Path("var")
    """Where the database, the reports and the clips lie."""
    host: str = "127.0.0.1"
    port: int = Field(default=8321, ge=0, le=65535)
    web_calls: int = Field(default=8, ge=1, le=1000)
    """Calls from browsers at a time; more are asked to come again."""
    ice_servers: tuple[dict[str, str], ...] = ()
    """STUN and TURN servers, as JSON: [{"urls": "turn:turn.example:3478", "username": "u", "credential": "c"}]."""
    turn_secret: SecretStr = SecretStr("")
    """Shared with the TURN servers above (coturn: use-auth-secret): pages get passwords that last four hours."""
    relay_only: bool = False
    """Calls and video go by the TURN server alone: for networks in which nothing else is let through."""
    livekit_url: str = ""
    """A LiveKit server for the doctors' video, such as wss://livekit.clinic.example; browser to browser when empty."""
    livekit_key: SecretStr = SecretStr("")
    livekit_secret: SecretStr = SecretStr("")
    """32 characters or more, as in the server's own settings."""
    livekit_key_file: Path | None = None
    """The server's own key file, one line KEY: SECRET, in place of the two above."""
    ring_seconds: float = Field(default=25.0, ge=1, le=300)
    """So long a call rings at one doctor's before it rings at the next."""
    web_origins: tuple[str, ...] = ()
    """Sites that may embed the chat, as JSON: ["https://clinic.example"]; the service's own pages always may."""
    clinic: str = "社区卫生服务中心"
    """Who calls, as said in the first sentence."""
    team: str = "家庭医生团队"
    team_id: str = Field(default="T1", min_length=1, max_length=64)
    """The team of residents whom nobody assigned to another one."""
    voice: str = "cmn"
    """Voice of the agent."""
    voice_rate_wpm: int = Field(default=160, ge=80, le=300)
    recognizer: str = BUNDLED_RECOGNIZER
    """Recognition engine: syllable-ctc, sherpa-onnx or faster-whisper."""
    recognizer_model: str = ""
    """Which pulled model the engine uses; see ``suifang models list``."""
    recognizer_threads: int = Field(default=1, ge=1, le=64)
    """Threads of one recognition; calls run side by side, so 1 is best for many."""
    synthesizer: str = "espeak-ng"
    """What speaks: espeak-ng, piper-http or openai-speech; espeak-ng is the spare voice of the others."""
    synthesizer_url: str = ""
    """Where the speech server is, such as http://127.0.0.1:5000 or http://127.0.0.1:8880/v1."""
    synthesizer_voice: str = ""
    synthesizer_model: str = ""
    synthesizer_key: SecretStr = SecretStr("")
    recordings: Path | None = None
    """Folder of WAV files named after response ids, played in place of synthesis."""
    model_hub: str = ""
    """Address of a mirror of the model hub; empty for the hub itself."""
    database_url: SecretStr = SecretStr("")
    """A PostgreSQL server instead of the SQLite file, such as postgresql://user:password@host/suifang."""
    secret_key: SecretStr = SecretStr("")
    """Signs residents' links: 32 characters or more, from ``suifang users secret``."""
    public_url: str = ""
    """Where people reach the service, such as https://suifang.clinic.example; with https cookies go by TLS only."""
    tls_certificate: Path | None = None
    """A PEM file: the service speaks TLS itself, without a proxy in front. Needs tls_key."""
    tls_key: Path | None = None
    idle_minutes: int = Field(default=15, ge=1, le=120)
    """A login that is not used so long is over."""
    session_hours: int = Field(default=12, ge=1, le=24)
    """A login is over after so long, used or not."""
    requests_per_minute: int = Field(default=1200, ge=60, le=1_000_000)
    """From one address; a clinic is one address. One login or link may ask a quarter as often."""
    proxies: str = "127.0.0.1"
    """Addresses of the reverse proxies in front, with commas between: whom they name as the caller is believed."""
    egress_hosts: tuple[str, ...] = ()
    """Hosts that the service may call, as JSON: ["signing.example"]; this machine always may be called."""
    link_hours: int = Field(default=72, ge=1, le=720)
    """How long a resident's link is good."""
    walk_in: bool = False
    """Whether anybody may begin a conversation without a link; nothing stored is shown to them."""
    password_days: int = Field(default=90, ge=0, le=3650)
    """A password must be changed after so many days; 0 for never."""
    second_factor: Literal["required", "off"] = "required"
    """Whether staff need a code beside the password."""
    key_file: Path | None = None
    """The keys of personal data; suifang.keys in the data folder when empty. Keep a copy elsewhere."""
    keys: SecretStr = SecretStr("")
    """The text of a key file, in place of one."""
    cipher: Literal["aes-256-gcm", "sm4-gcm"] = "aes-256-gcm"
    """What new keys seal with; old ones go on opening."""
    redis_url: SecretStr = SecretStr("")
    """Redis, when several workers serve one house, such as redis://:password@host:6379/0; in process when empty."""
    signing_backend: Literal["embedded", "http"] = "embedded"
    """The contract-management backend: our own, or another over HTTP by docs/api/signing.yaml."""
    signing_url: str = ""
    """Where the other backend is, such as https://signing.example/signing."""
    signing_client_id: str = ""
    signing_client_secret: SecretStr = SecretStr("")
    signing_serve: bool = False
    """Whether the embedded backend is served to others under /signing, to the client named above."""

    messages: Literal["none", "console", "http"] = "none"
    """How messages reach telephones: not at all, printed where the service runs (demonstrations), or by a gateway."""
    message_url: str = ""
    """The gateway's address for SMS or WeChat; docs/video.md tells what it is sent."""
    message_key: SecretStr = SecretStr("")
    """Sent to it as a bearer token."""

    @property
    def address(self) -> str:
        """Where people reach the service, without a slash at the end."""
        scheme = "https" if self.tls_certificate else "http"
        return self.public_url.rstrip("/") or f"{scheme}://{self.host}:{self.port}"

    @property
    def signing_database(self) -> Path:
        """The embedded backend's own SQLite file."""
        return self.data_dir / "signing.db"

    @property
    def database(self) -> Path | str:
        """The SQLite file, or the address of the PostgreSQL server."""
        return self.database_url.get_secret_value() or self.data_dir / "suifang.db"

    @property
    def visits_dir(self) -> Path:
        """Reports and clips, one folder a visit."""
        return self.data_dir / "visits"

    @property
    def models_dir(self) -> Path:
        """Models pulled with ``suifang models pull``."""
        return self.data_dir / "models"

    @property
    def cache_dir(self) -> Path:
        """Prompts spoken before."""
        return self.data_dir / "cache"


def read_settings() -> Settings:
    """Settings of this process. Raises ``InputError`` naming the variable that is wrong."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise InputError(
            "setting-unknown", f"there is no setting {unknown[0]}", f"use one of {', '.join(sorted(known))}"
        )
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + str(first["loc"][0]).upper()
        raise InputError("setting-invalid", f"{name}: {first['msg']}", f"change or unset {name}") from None
