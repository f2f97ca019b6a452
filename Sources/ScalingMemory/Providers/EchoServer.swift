/// The server behind the provider "echo": the chat wire's other end, without a network. One for each client, as each step of
/// a script answers one attempt.
@IOThread
final class EchoServer: LoopbackServer {
    nonisolated static let models = ["echo", "echo-embedding"]

    private let script: EchoScript
    private var attempts = 0
    private let parser = JSONParser()

    nonisolated init(_ script: EchoScript) {
        self.script = script
    }

    func answer(_ request: HTTPRequest) -> LoopbackResponse {
        let number = attempts
        attempts += 1
        let step = script.step(for: number)
        let said = request.body.flatMap { body in try? parser.parse(body.bytes) { JSONValue($0) } } ?? nil
        var response = EchoResponse(step, number: number + 1).response(to: request.url, saying: said)
        response.headers += [HTTPHeader("x-request-id", "echo-\(number + 1)")] + step.headers
        response.delayMs = step.delayMs
        return response
    }
}
