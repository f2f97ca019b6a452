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

// The fuzz targets are tests, which read the committed inputs again. `make fuzz` builds the same files as a program.
if Context.environment["LLM_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "Fuzzing",
            dependencies: ["ScalingMemory"],
            path: "Tests/Fuzzing",
            exclude: ["CorpusTests.swift", "corpus", "dictionaries", "README.md", "run"]
        )
    )
} else {
    package.targets.append(
        .testTarget(
            name: "FuzzingTests",
            dependencies: ["ScalingMemory"],
            path: "Tests/Fuzzing",
            exclude: ["Driver.swift", "corpus", "dictionaries", "README.md", "run"]
        )
    )
}

for target in package.targets where [.regular, .executable, .test].contains(target.type) {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ]
}
