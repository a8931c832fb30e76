namespace AttributionRegistry.Domain.Observables;

/// <summary>
/// Reads what an indicator's pattern says must be equal to something: <c>[type:path = 'value']</c>, joined by AND and OR, in any
/// number of brackets and parentheses. All other comparisons are counted and left alone. One pass, no regular expressions.
/// </summary>
internal ref struct PatternReader
{
    /// <summary>Longer patterns are not read.</summary>
    internal const int MostChars = 1 << 20;

    // [*] or a number: looking no further for the bracket keeps the reading linear.
    private const int MostPlaceChars = 12;

    private readonly ReadOnlySpan<char> _text;
    private int _at;

    private PatternReader(ReadOnlySpan<char> text) => _text = text;

    private enum Token
    {
        End,
        Word,
        Literal,
        Sign,
        Bad,
    }

    /// <summary>Adds the observables of a pattern; ignores what is not understood.</summary>
    internal static void Read(string pattern, ObservableSet found)
    {
        if (pattern.Length > MostChars)
        {
            found.Ignore();
            return;
        }

        new PatternReader(pattern).Read(found);
    }

    private void Read(ObservableSet found)
    {
        var inside = false;
        for (var (token, text) = Next(); token != Token.End; (token, text) = Next())
        {
            if (token == Token.Bad)
            {
                found.Ignore(); // What follows may be read wrongly: better nothing.
                return;
            }

            if (token == Token.Sign)
            {
                inside = text is "[" || (inside && text is not "]");
            }
            else if (inside && token == Token.Word && text.Contains(':', StringComparison.Ordinal))
            {
                Comparison(text, found);
            }
        }
    }

    // After a path: an operator and a constant. NOT before the operator turns it round.
    private void Comparison(string path, ObservableSet found)
    {
        var start = _at;
        var (token, text) = Next();
        var (kind, constant) = token == Token.Sign && text == "=" ? Next() : (Token.Bad, "");
        if (kind is Token.Literal or Token.Word && ObservablePaths.Add(path, constant, found))
        {
            return;
        }

        found.Ignore();
        if (kind is not (Token.Literal or Token.Word))
        {
            _at = start; // The brackets in what was not understood still count.
        }
    }

    private (Token Kind, string Text) Next()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
        {
            _at++;
        }

        if (_at == _text.Length)
        {
            return (Token.End, "");
        }

        var c = _text[_at];
        return c == '\'' ? Literal() : IsWord(c) ? Word() : (Token.Sign, _text[_at++].ToString());
    }

    private (Token Kind, string Text) Literal()
    {
        var value = new System.Text.StringBuilder();
        for (_at++; _at < _text.Length; _at++)
        {
            var c = _text[_at];
            if (c == '\'')
            {
                _at++;
                return (Token.Literal, value.ToString());
            }

            if (c == '\\' && ++_at < _text.Length)
            {
                c = _text[_at];
            }

            value.Append(c);
        }

        return (Token.Bad, "");
    }

    // A path has quoted steps, as in file:hashes.'SHA-256', and places in lists, as in [0] and [*].
    private (Token Kind, string Text) Word()
    {
        var start = _at;
        while (_at < _text.Length)
        {
            var c = _text[_at];
            if (IsWord(c))
            {
                _at++;
            }
            else if (c == '\'' && _at > start && _text[_at - 1] == '.')
            {
                var end = _text[(_at + 1)..].IndexOf('\'');
                if (end < 0)
                {
                    return (Token.Bad, "");
                }

                _at += end + 2;
            }
            else if (c == '[' && _text.Slice(_at, Math.Min(MostPlaceChars, _text.Length - _at)).IndexOf(']') is > 0 and var close && _text[start.._at].Contains(':'))
            {
                _at += close + 1;
            }
            else
            {
                break;
            }
        }

        return (Token.Word, _text[start.._at].ToString());
    }

    private static bool IsWord(char c) => char.IsLetterOrDigit(c) || c is ':' or '.' or '-' or '_' or '"';
}

/// <summary>Which paths of a pattern name observables.</summary>
internal static class ObservablePaths
{
    /// <summary>Adds the constant to which a path is compared; false where the path is none that is searched for.</summary>
    internal static bool Add(string path, string constant, ObservableSet found)
    {
        var colon = path.IndexOf(':', StringComparison.Ordinal);
        var (type, property) = (path[..colon], path[(colon + 1)..]);
        if (type is "file" or "x509-certificate" or "artifact" && property.StartsWith("hashes.", StringComparison.Ordinal))
        {
            found.AddHash(HashName(property["hashes.".Length..].Trim('\'', '"')), constant);
            return true;
        }

        ObservableKind? kind = (type, property) switch
        {
            ("domain-name", "value") => ObservableKind.Domain,
            ("ipv4-addr", "value") => ObservableKind.Ipv4,
            ("ipv6-addr", "value") => ObservableKind.Ipv6,
            ("url", "value") or ("artifact", "url") => ObservableKind.Url,
            ("email-addr", "value") or ("email-message", "from_ref.value" or "sender_ref.value") => ObservableKind.Email,
            ("mac-addr", "value") => ObservableKind.MacAddress,
            ("autonomous-system", "number") => ObservableKind.AutonomousSystem,
            ("file", "name") => ObservableKind.FileName,
            ("mutex", "name") => ObservableKind.Mutex,
            ("windows-registry-key", "key") => ObservableKind.RegistryKey,
            ("software", "name") => ObservableKind.Software,
            ("network-traffic", "src_ref.value" or "dst_ref.value") => NormalForm.HostKind(constant),
            _ => null,
        };
        if (kind is { } known)
        {
            found.Add(known, constant);
        }

        return kind is not null;
    }

    // Patterns of older tools write the names without hyphens, in either case.
    private static string HashName(string written) => written.ToUpperInvariant() switch
    {
        "SHA1" => "SHA-1",
        "SHA224" => "SHA-224",
        "SHA256" => "SHA-256",
        "SHA384" => "SHA-384",
        "SHA512" => "SHA-512",
        var other => other,
    };
}
