extension ClientSettings {
    func logCreation() {
        Log.shared.write(.debug, "client created", redactor: Redactor([apiKey], headers: configuration.headers)) {
            line in
            line.field("provider", provider.name)
            line.field("model", configuration.model)
            line.field("base_url", baseURL)
        }
    }
}
