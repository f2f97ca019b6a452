/// A JSON object: members in the order in which they were added. Meant for the small objects of requests; a look-up is
/// a search.
public struct JSONObject: Sendable, Hashable {
    public private(set) var members: [Member]

    public struct Member: Sendable, Hashable {
        public let key: String
        public internal(set) var value: JSONValue
    }

    public init() {
        members = []
    }

    /// Of members that have the same name the last is taken.
    package init(_ node: JSONNode) {
        members = node.members.map { Member(key: $0.key, value: JSONValue($0.value)) }
        if hasDistinctKeys { return }
        var places: [String: Int] = [:]
        var unique: [Member] = []
        for member in members {
            if let place = places[member.key] {
                unique[place] = member
            } else {
                places[member.key] = unique.count
                unique.append(member)
            }
        }
        members = unique
    }

    private var hasDistinctKeys: Bool {
        if members.count > 16 { return Set(members.map(\.key)).count == members.count }
        for (index, member) in members.enumerated() where members[..<index].contains(where: { $0.key == member.key }) {
            return false
        }
        return true
    }

    public var isEmpty: Bool { members.isEmpty }

    /// The member's value; setting nil removes it.
    public subscript(key: String) -> JSONValue? {
        get { members.first { $0.key == key }?.value }
        set {
            let index = members.firstIndex { $0.key == key }
            switch (index, newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append(Member(key: key, value: value))
            case (nil, nil): break
            }
        }
    }
}

extension JSONObject {
    /// The object with other names and values. Of members whose names become equal the last remains.
    func mapMembers(name: (String) -> String, value: (JSONValue) -> JSONValue) -> JSONObject {
        var result = JSONObject()
        let names = members.map { name($0.key) }
        if names == members.map(\.key) {
            result.members = members.map { Member(key: $0.key, value: value($0.value)) }
        } else {
            for (name, member) in zip(names, members) { result[name] = value(member.value) }
        }
        return result
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init()
        for (key, value) in elements { self[key] = value }
    }
}
