extension ClientSettings {
    func logCreation() {
        Log.shared.write(.debug, "client created", redactor: Redactor([apiKey], headers: configuration.headers)) { line in
            line.field("provider", provider.name)
            line.field("model", configuration.model)
            line.field("base_url", baseURL)
            // Without a user's name and password, which libcurl takes without a scheme before them too.
            line.field("proxy", connection.proxy.split(separator: "@").last.map(String.init))
        }
    }
}
