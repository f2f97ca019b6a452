#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What libFuzzer calls: with its arguments once, and then with input after input.
/// https://llvm.org/docs/LibFuzzer.html
///
/// Which target the program is, its own name says: `.build/fuzz/bin/sse` is the one of the SSE parser.
@_cdecl("LLVMFuzzerInitialize")
func initialize(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>
) -> CInt {
    _ = target
    return 0
}

@_cdecl("LLVMFuzzerTestOneInput")
func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    do {
        try target.run(UnsafeRawBufferPointer(start: data, count: size))
    } catch {
        fatalError("\(target.name): \(error)")
    }
    return 0
}

private let target: FuzzTarget = {
    let name = CommandLine.arguments.first?.split(separator: "/").last.map(String.init) ?? ""
    guard let target = FuzzTarget.named(name) else {
        print("There is no target \"\(name)\": there are \(FuzzTarget.all.map(\.name).joined(separator: " ")).")
        exit(2)
    }
    return target
}()
