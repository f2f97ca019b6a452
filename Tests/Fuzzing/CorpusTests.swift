import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

@Suite("What fuzzing begins with, and what it once found")
struct CorpusTests {
    private static let folder = #filePath.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/corpus"

    /// The names in a folder, sorted.
    private static func names(in folder: String) throws -> [String] {
        let stream = try #require(opendir(folder))
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { name in
                String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    private static func bytes(of path: String) throws -> [UInt8] {
        let file = try #require(fopen(path, "r"))
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = fread(&buffer, 1, buffer.count, file)
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }

    @Test("Every input of a target keeps its promises", arguments: FuzzTarget.all.map(\.name))
    func replay(name: String) async throws {
        let target = try #require(FuzzTarget.named(name))
        let folder = "\(Self.folder)/\(name)"
        let inputs = try Self.names(in: folder)
        #expect(!inputs.isEmpty)
        for input in inputs {
            await Task.yield()
            let bytes = try Self.bytes(of: "\(folder)/\(input)")
            #expect(throws: Never.self, "\(name)/\(input)") { try bytes.withUnsafeBytes { try target.run($0) } }
        }
    }

    @Test("Every target has inputs and a dictionary, and nothing else has")
    func targets() throws {
        let targets = FuzzTarget.all.map(\.name).sorted()
        #expect(try Self.names(in: Self.folder) == targets)
        let dictionaries = try Self.names(in: Self.folder + "/../dictionaries")
        #expect(dictionaries == targets.map { "\($0).dict" })
    }
}
