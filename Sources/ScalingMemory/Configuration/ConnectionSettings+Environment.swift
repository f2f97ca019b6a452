#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

extension ConnectionSettings {
    /// How to connect to `url`. What the environment says is read here, once, on the thread of whoever makes the client:
    /// libcurl would read it on the I/O thread, at each request.
    init(_ configuration: Configuration, to url: URLParts) throws(LLMError) {
        self.init()
        http2 = configuration.http2
        if let proxy = configuration.proxy {
            self.proxy = proxy
        } else if !url.isLoopback {
            proxy = Self.proxyFromEnvironment(scheme: url.scheme) ?? ""
            noProxy = Environment.value("no_proxy") ?? Environment.value("NO_PROXY") ?? ""
        }
        if let file = configuration.caFile {
            guard access(file, R_OK) == 0 else {
                throw .configuration("ca_file is \"\(file)\", which cannot be read; it takes a PEM file")
            }
            caFile = file
        } else {
            caFile = Self.systemBundle
        }
    }

    /// HTTP_PROXY in capitals is not read: a CGI server sets it from a request's header (https://httpoxy.org).
    private static func proxyFromEnvironment(scheme: String) -> String? {
        let names = scheme == "https" ? ["https_proxy", "HTTPS_PROXY"] : ["http_proxy"]
        return (names + ["all_proxy", "ALL_PROXY"]).lazy.compactMap(Environment.value).first
    }

    /// The system's certificate authorities in one file. Naming it keeps libcurl from reading the directory of single
    /// certificates besides, which costs 18 ms a connection. nil: none of the known places, so libcurl's own default.
    private static var systemBundle: String? {
        let places = [
            "/etc/ssl/certs/ca-certificates.crt",  // Debian, Arch
            "/etc/pki/tls/certs/ca-bundle.crt",  // Fedora
            "/etc/ssl/ca-bundle.pem",  // openSUSE
            "/etc/ssl/cert.pem",  // Alpine
        ]
        let named = Environment.value("SSL_CERT_FILE").map { [$0] } ?? []
        return (named + places).first { access($0, R_OK) == 0 }
    }
}
