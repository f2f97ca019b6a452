"""What a client is made from. llm.h describes every field; a field that is not listed there is refused by name."""

from __future__ import annotations

from typing import Any, Literal, Mapping, Sequence, TypedDict


class Timeout(TypedDict, total=False):
    """Limits in milliseconds; 0 is no limit."""

    #: Until the connection, TLS included, is up. Default 10000.
    connect_ms: int
    #: From there to the first byte of the response. Default 60000.
    first_byte_ms: int
    #: Between two pieces of the response, not counting the time in which you read no events. Default 60000.
    idle_ms: int
    #: The whole call. Default 600000.
    total_ms: int


class RateLimit(TypedDict, total=False):
    """How much is sent at most. Of the counts 0 is no limit."""

    #: Requests. Default 60 and 3600.
    per_minute: int
    per_hour: int
    #: What a request is taken to cost is reserved, and settled by its usage. Default 0.
    tokens_per_minute: int
    #: Calls under way at once. Default 10.
    max_concurrent: int
    #: How long a call may wait for its turn, in milliseconds, before it fails with LocalLimitError. Default 60000.
    max_wait_ms: int
    #: How many requests may go at once; 0, the default: as many as in a minute.
    burst: int
    #: "shared", the default: all clients of the process with the same provider, key and limits keep to them together.
    scope: Literal["shared", "client"]
    #: Whether what the server says of its own limits is kept to as well. Default True.
    adaptive: bool


class Retry(TypedDict, total=False):
    """How often a call is sent again after a failure that may pass, and how long it waits before."""

    #: "exponential", the default, with full jitter; "fixed": initial_delay_ms each time; "none": one attempt.
    strategy: Literal["exponential", "fixed", "none"]
    #: Default 3.
    max_retries: int
    #: In milliseconds; default 100 and 30000.
    initial_delay_ms: int
    max_delay_ms: int
    #: Where the server asks for a longer wait, in milliseconds, the call fails instead. Default 60000.
    max_server_wait_ms: int


class Settings(TypedDict, total=False):
    """The fields of a configuration other than "provider"."""

    #: The key, or the name of the environment variable that holds it. Default: the provider's own, OPENAI_API_KEY ...
    api_key: str
    api_key_env: str
    #: Where the provider's paths begin, such as "https://api.openai.com/v1".
    base_url: str
    #: Of requests that name none.
    model: str
    max_tokens: int
    temperature: float
    timeout: Timeout
    rate_limit: RateLimit
    retry: Retry
    #: Sent with every request.
    headers: Mapping[str, str]
    #: False: control characters and lone surrogates are not taken out of the texts of requests.
    sanitize: bool
    #: "http://host:port", "socks5h://...", or "" for none in spite of HTTPS_PROXY.
    proxy: str
    #: A PEM file of the certificate authorities to trust in place of the system's.
    ca_file: str
    http2: bool
    #: Whether a key may be sent over plain http to another host than this one.
    allow_insecure_http: bool
    #: Bounds, in bytes, past which a call fails with TooLargeError.
    max_response_bytes: int
    max_event_bytes: int
    #: For "echo": what it answers, a step an attempt. llm.h describes the fields.
    script: Sequence[Mapping[str, Any]]
