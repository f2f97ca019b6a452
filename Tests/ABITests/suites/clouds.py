"""Providers whose requests are more than a URL and a key: AWS Bedrock, signed and answered in a binary stream, and Azure.

The servers are this file's own. What it knows of AWS's signature and event stream is written from the specifications, by
other means than the library's; where botocore is installed, it is asked for the signature too.
"""
import base64
import hashlib
import hmac
import http.server
import json
import struct
import subprocess
import sys
import threading
import urllib.parse
import zlib

KEY_ID, SECRET, TOKEN = "AKIDEXAMPLE", "wJalrXUtn/FEMI+K7MDENGbPxRfiCYEXAMPLEKEY", "the/session+token=="
REGION = "eu-central-1"
CLAUDE = "anthropic.claude-3-5-sonnet-20241022-v2:0"
PROFILE = "arn:aws:bedrock:eu-central-1:123456789012:application-inference-profile/abc123"
AWS = {"access_key_id": KEY_ID, "secret_access_key": SECRET, "region": REGION}
SIGNED_IN_ENVIRONMENT = {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": REGION}
TEXT = "Grüße 😀"
CONFIGURATION, AUTHENTICATION, RATE_LIMITED, TRUNCATED, PROTOCOL = -2, -3, -8, -13, -14
GUARD_S = 60  # only against a hang


def tests(context):
    program = context.builder.program(context.here / "support" / "driver.c", with_support=False)
    clouds = Clouds(context, program)
    for name, check in {
        "bedrock: requests are signed as AWS wants, whatever is in the model's name": clouds.signatures,
        "bedrock: the signature is the one that botocore makes": clouds.botocore,
        "bedrock: credentials and region of the environment, and a session's token": clouds.environment,
        "bedrock: a key is a bearer token, and nothing is signed": clouds.bearer,
        "bedrock: what is missing is named": clouds.missing,
        "bedrock: a binary stream reads the same whole, byte by byte and in pieces of 7": clouds.stream,
        "bedrock: an exception in mid-stream, a damaged message and a cut stream": clouds.broken_streams,
        "bedrock: secrets and tokens are in no error": clouds.secrets,
        "bedrock: the list of models": clouds.models,
        "azure: the deployment's path, the version and the key's field, whole and streamed": clouds.azure,
        "azure: what is missing is named": clouds.azure_missing,
    }.items():
        yield name, check


class QuietServer(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError):  # a client that hangs up is no news
            super().handle_error(request, client_address)


class Server:
    """Answers every request with `reply(request)`: a status, header fields, and the pieces of a body."""

    def __init__(self, reply):
        self.requests = requests = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                self.body = self.rfile.read(int(self.headers.get("content-length") or 0))
                requests.append(self)
                status, fields, pieces = reply(self)
                self.send_response(status)
                for name, value in {**fields, "transfer-encoding": "chunked"}.items():
                    self.send_header(name, value)
                self.end_headers()
                for piece in pieces:
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                self.wfile.write(b"0\r\n\r\n")

            do_GET = do_POST

        self.server = QuietServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


# -------------------------------------------------------------------------------------------------- AWS, independently

def signature_of(request, secret=SECRET):
    """What the Authorization field must end in. A request's path is encoded once more for all services but S3."""
    scope, names = authorization(request)["Credential"].split("/", 1)[1], authorization(request)["SignedHeaders"]
    target = urllib.parse.urlsplit(request.path)
    path = urllib.parse.quote(target.path, safe="/-_.~")
    fields = "".join(f"{name}:{' '.join(request.headers[name].split())}\n" for name in names.split(";"))
    canonical = "\n".join([request.command, path, target.query, fields, names, hashlib.sha256(request.body).hexdigest()])
    to_sign = "\n".join(["AWS4-HMAC-SHA256", request.headers["x-amz-date"], scope,
                         hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + secret).encode()
    for word in scope.split("/"):
        key = hmac.digest(key, word.encode(), "sha256")
    return hmac.digest(key, to_sign.encode(), "sha256").hex()


def authorization(request):
    scheme, _, rest = request.headers["authorization"].partition(" ")
    assert scheme == "AWS4-HMAC-SHA256", request.headers["authorization"]
    return dict(part.strip().split("=", 1) for part in rest.split(","))


def check_signature(request, token=None):
    parts, date = authorization(request), request.headers["x-amz-date"]
    assert parts["Credential"] == f"{KEY_ID}/{date[:8]}/{REGION}/bedrock/aws4_request", parts
    assert {"host", "content-type", "x-amz-date"} <= set(parts["SignedHeaders"].split(";")), parts
    assert request.headers.get("x-amz-security-token") == token
    assert (token is None) or "x-amz-security-token" in parts["SignedHeaders"].split(";"), parts
    assert parts["Signature"] == signature_of(request), f"{request.path}: the signature is wrong"


def message(kind, name, payload):
    """A message of AWS's event stream."""
    def field(key, value):
        return struct.pack("!B", len(key)) + key.encode() + struct.pack("!BH", 7, len(value)) + value.encode()

    names = {"event": ":event-type", "exception": ":exception-type"}
    headers = field(":message-type", kind) + field(names[kind], name) + field(":content-type", "application/json")
    payload = json.dumps(payload).encode()
    head = struct.pack("!II", len(headers) + len(payload) + 16, len(headers))
    whole = head + struct.pack("!I", zlib.crc32(head)) + headers + payload
    return whole + struct.pack("!I", zlib.crc32(whole))


def delta(index, **delta):
    return message("event", "contentBlockDelta", {"contentBlockIndex": index, "delta": delta})


USAGE = {"inputTokens": 4, "outputTokens": 10, "totalTokens": 29, "cacheReadInputTokens": 15}
TOOL = message("event", "contentBlockStart",
               {"contentBlockIndex": 1, "start": {"toolUse": {"toolUseId": "t", "name": "look"}}})
STREAM = [message("event", "messageStart", {"role": "assistant"}), delta(0, text=TEXT[:3]), delta(0, text=TEXT[3:]),
          message("event", "contentBlockStop", {"contentBlockIndex": 0}), TOOL, delta(1, toolUse={"input": '{"at": '}),
          delta(1, toolUse={"input": "[1]}"}), message("event", "contentBlockStop", {"contentBlockIndex": 1}),
          message("event", "messageStop", {"stopReason": "tool_use"}),
          message("event", "metadata", {"usage": USAGE, "metrics": {"latencyMs": 1}})]
ANSWER = {"output": {"message": {"role": "assistant", "content": [{"text": TEXT}]}}, "stopReason": "end_turn",
          "usage": USAGE}


def whole(body, status=200, **fields):
    return lambda _: (status, {"content-type": "application/json", **fields}, [json.dumps(body).encode()])


def streamed(body, step=1 << 14):
    pieces = [body[at:at + step] for at in range(0, len(body), step)]
    return lambda _: (200, {"content-type": "application/vnd.amazon.eventstream"}, pieces)


# ---------------------------------------------------------------------------------------------------------- the checks

class Clouds:
    def __init__(self, context, program):
        self.context, self.program = context, program

    def call(self, config, operation="complete", request=None, environment=None):
        """The result of one call, as support/driver.c tells it."""
        config = {"retry": {"max_retries": 0}, **config}
        job = {"config": config, "operation": operation,
               "request": request or {"max_tokens": 64, "messages": [{"role": "user", "content": "Hello"}]}}
        if operation == "list_models":
            job["request"] = {}
        done = subprocess.run([self.program], input=json.dumps(job) + "\n", stdout=subprocess.PIPE, encoding="utf-8",
                              env=self.context.environment(**(environment or {})), timeout=GUARD_S)
        assert done.returncode == 0, f"the driver ended with {done.returncode}"
        return json.loads(done.stdout)

    def answered(self, *arguments, **more):
        got = self.call(*arguments, **more)
        assert got["status"] == 0, got
        return got

    def refused(self, status, said, *arguments, **more):
        got = self.call(*arguments, **more)
        assert got["status"] == status, got
        for text in [said] if isinstance(said, str) else said:
            assert text in got["error"]["message"], got["error"]
        return got["error"]

    @staticmethod
    def bedrock(server, model=CLAUDE, **more):
        return {"provider": "bedrock", "base_url": server.address, "model": model, **more}

    def signatures(self):
        with Server(whole(ANSWER)) as server:
            for model in ["plain", CLAUDE, PROFILE, "a b/c%d~e(f)*"]:
                got = self.answered(self.bedrock(server, model, aws=AWS, headers={"x-amzn-trace": "  a   b "}))
                request = server.requests[-1]
                assert request.path == f"/model/{urllib.parse.quote(model, safe='~')}/converse", request.path
                check_signature(request)
                assert "x-amzn-trace" in authorization(request)["SignedHeaders"]
                response = got["response"]
                assert response["content"] == TEXT and response["usage"]["input_tokens"] == 19, response
            image = base64.b64encode(bytes(range(256)) * 1024).decode()
            part = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{image}"}}
            self.answered(self.bedrock(server, aws=AWS), request=[{"role": "user", "content": [part]}])
            check_signature(server.requests[-1])
            body = json.loads(server.requests[-1].body)
            assert body["messages"][0]["content"][0]["image"] == {"format": "png", "source": {"bytes": image}}

    def botocore(self):
        try:
            from botocore.auth import SigV4Auth
            from botocore.awsrequest import AWSRequest
            from botocore.credentials import Credentials
        except ImportError:
            raise self.context.skip("botocore is not installed for this Python") from None
        with Server(whole(ANSWER)) as server:
            for model in [CLAUDE, PROFILE]:
                self.answered(self.bedrock(server, model, aws={**AWS, "session_token": TOKEN}))
                request = server.requests[-1]
                names = authorization(request)["SignedHeaders"].split(";")
                theirs = AWSRequest("POST", server.address + request.path, data=request.body,
                                    headers={name: request.headers[name] for name in names})
                theirs.context["timestamp"] = request.headers["x-amz-date"]
                signer = SigV4Auth(Credentials(KEY_ID, SECRET, TOKEN), "bedrock", REGION)
                signature = signer.signature(signer.string_to_sign(theirs, signer.canonical_request(theirs)), theirs)
                assert authorization(request)["Signature"] == signature, model

    def environment(self):
        with Server(whole(ANSWER)) as server:
            self.answered(self.bedrock(server), environment={**SIGNED_IN_ENVIRONMENT, "AWS_SESSION_TOKEN": TOKEN})
            check_signature(server.requests[-1], TOKEN)
            self.answered(self.bedrock(server, aws={**AWS, "session_token": TOKEN}),
                          environment={**SIGNED_IN_ENVIRONMENT, "AWS_ACCESS_KEY_ID": "another", "AWS_REGION": "elsewhere"})
            check_signature(server.requests[-1], TOKEN)

    def bearer(self):
        with Server(whole(ANSWER)) as server:
            for config, environment in [
                (self.bedrock(server, api_key="the-bedrock-key"), SIGNED_IN_ENVIRONMENT),
                (self.bedrock(server), {**SIGNED_IN_ENVIRONMENT, "AWS_BEARER_TOKEN_BEDROCK": "the-bedrock-key"}),
                (self.bedrock(server), {"BEDROCK_API_KEY": "the-bedrock-key"}),
            ]:
                self.answered(config, environment=environment)
                request = server.requests[-1]
                assert request.headers["authorization"] == "Bearer the-bedrock-key", request.headers
                assert "x-amz-date" not in request.headers and "x-amz-security-token" not in request.headers

    def missing(self):
        model = {"provider": "bedrock", "model": "m"}
        self.refused(CONFIGURATION, ["AWS_ACCESS_KEY_ID", "AWS_BEARER_TOKEN_BEDROCK"],
                     {**model, "aws": {"region": REGION}})
        credentials = {name: AWS[name] for name in ["access_key_id", "secret_access_key"]}
        self.refused(CONFIGURATION, "AWS_REGION", {**model, "aws": credentials})
        self.refused(CONFIGURATION, "secret_access_key", {**model, "aws": {"access_key_id": KEY_ID}})
        self.refused(CONFIGURATION, "aws.region", {**model, "aws": {**AWS, "region": "evil.example.com/"}})
        self.refused(CONFIGURATION, "AWS_REGION", model,
                     environment={**SIGNED_IN_ENVIRONMENT, "AWS_REGION": "no region"})
        self.refused(CONFIGURATION, "aws.nothing", {**model, "aws": {"nothing": "x"}})
        self.refused(CONFIGURATION, "plain http", {**model, "aws": AWS, "base_url": "http://bedrock.example.com"})

    def stream(self):
        body = b"".join(STREAM)
        for step in [1 << 14, 1, 7]:
            with Server(streamed(body, step)) as server:
                got = self.answered(self.bedrock(server, aws=AWS), "stream")
                assert server.requests[0].path.endswith("/converse-stream")
                check_signature(server.requests[0])
            response = got["response"]
            assert got["text"] == response["content"] == TEXT, got
            assert [(call["name"], json.loads(call["arguments"])) for call in got["tool_calls"]] == [("look", {"at": [1]})]
            assert response["finish_reason"] == "tool_calls", response
            assert response["usage"]["input_tokens"] == 19 and response["usage"]["cached_input_tokens"] == 15, response
        with Server(whole(ANSWER)) as server:
            got = self.answered(self.bedrock(server, aws=AWS), "stream")
            assert got["text"] == TEXT, "a whole answer's text comes as events too"

    def broken_streams(self):
        begun = b"".join(STREAM[:3])
        damaged = bytearray(begun)
        damaged[-9] ^= 1
        slow = message("exception", "throttlingException", {"message": "Too many requests"})
        for body, status, partial in [(begun + slow, RATE_LIMITED, TEXT), (bytes(damaged), PROTOCOL, TEXT[:3]),
                                      (begun[:-1], TRUNCATED, TEXT[:3]), (begun, TRUNCATED, TEXT)]:
            for step in [1 << 14, 1]:
                with Server(streamed(body, step)) as server:
                    got = self.call(self.bedrock(server, aws=AWS), "stream")
                assert got["status"] == status, got
                assert got["error"]["partial"]["content"] == partial, got
                if status == RATE_LIMITED:
                    assert got["error"]["provider_code"] == "throttlingException", got

    def secrets(self):
        echo = {"message": f"The security token {TOKEN} of {KEY_ID} and {SECRET} is not valid."}
        with Server(whole(echo, 403, **{"x-amzn-errortype": "UnrecognizedClientException:http://a/"})) as server:
            error = self.refused(AUTHENTICATION, "is not valid",
                                 self.bedrock(server, aws={**AWS, "session_token": TOKEN}))
        assert error["provider_code"] == "UnrecognizedClientException", error
        assert SECRET not in json.dumps(error) and TOKEN not in json.dumps(error), error

    def models(self):
        body = {"modelSummaries": [{"modelId": CLAUDE, "modelName": "Claude", "providerName": "Anthropic"}]}
        with Server(whole(body)) as server:
            got = self.answered(self.bedrock(server, aws=AWS), "list_models")
            request = server.requests[0]
            assert (request.command, request.path) == ("GET", "/foundation-models")
            assert authorization(request)["Signature"] == signature_of(request)
        assert got["response"]["models"] == [{"id": CLAUDE, "name": "Claude", "owned_by": "Anthropic"}], got

    # ------------------------------------------------------------------------------------------------------------ Azure

    def azure(self):
        chunks = [{"choices": [], "id": "", "model": "", "prompt_filter_results": [{"prompt_index": 0}]},
                  {"choices": [{"index": 0, "delta": {"content": TEXT}, "content_filter_results": {}}], "id": "c",
                   "model": "gpt-4o"},
                  {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "id": "c", "model": "gpt-4o"}]
        events = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"
        answer = {"id": "c", "model": "gpt-4o", "choices": [{"index": 0, "message": {"content": TEXT},
                                                            "finish_reason": "stop"}]}

        def reply(request):
            if json.loads(request.body).get("stream"):
                return 200, {"content-type": "text/event-stream"}, [events.encode()]
            return whole(answer)(request)

        with Server(reply) as server:
            for more, environment, version in [({}, {}, "2024-10-21"), ({"api_version": "2025-01-01-preview"}, {},
                                               "2025-01-01-preview"), ({}, {"AZURE_API_VERSION": "v"}, "v")]:
                config = {"provider": "azure", "base_url": server.address + "/", "api_key": "the-azure-key",
                          "model": "my deployment", **more}
                for operation in ["complete", "stream"]:
                    got = self.answered(config, operation, environment=environment)
                    request = server.requests[-1]
                    assert request.path == ("/openai/deployments/my%20deployment/chat/completions?api-version=" + version)
                    assert request.headers["api-key"] == "the-azure-key" and "authorization" not in request.headers
                    response = got["response"]
                    assert (response["content"], response["id"], response["model"]) == (TEXT, "c", "gpt-4o"), response
            config["base_url"] = server.address + "/openai/v1"
            self.answered(config)
            assert server.requests[-1].path == "/openai/v1/chat/completions", server.requests[-1].path
            self.answered({"provider": "azure", "model": "m"},
                          environment={"AZURE_OPENAI_ENDPOINT": server.address, "AZURE_OPENAI_API_KEY": "another-key"})
            assert server.requests[-1].headers["api-key"] == "another-key"

    def azure_missing(self):
        self.refused(CONFIGURATION, ["base_url", "AZURE_BASE_URL"], {"provider": "azure", "api_key": "k", "model": "m"})
        place = {"provider": "azure", "base_url": "http://127.0.0.1:1"}
        self.refused(CONFIGURATION, ["api_key", "AZURE_API_KEY"], {**place, "model": "m"})
        self.refused(CONFIGURATION, "deployment", {**place, "api_key": "the-key"})
