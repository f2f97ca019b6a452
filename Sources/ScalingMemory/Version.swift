/// The library's version.
public enum Version {
    public static var text: StaticString { "0.1.0" }
}
