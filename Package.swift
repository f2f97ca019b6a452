// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "libllm",
    products: [
        .library(name: "llm", type: .dynamic, targets: ["LLM"]),
        .library(name: "ScalingMemory", targets: ["ScalingMemory"]),
    ],
    targets: [
        .systemLibrary(name: "CLLM", path: "include"),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .target(name: "CLinux"),
        .target(name: "CJSON"),
        .target(name: "ScalingMemory", dependencies: ["CCurl", "CJSON", "CLinux"]),
        .target(name: "LLM", dependencies: ["CLLM", "ScalingMemory"], exclude: ["exports.map"]),
        .testTarget(name: "ScalingMemoryTests", dependencies: ["ScalingMemory"]),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)

for target in package.targets where [.regular, .test].contains(target.type) {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ]
}
