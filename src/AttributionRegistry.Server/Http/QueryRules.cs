using System.Collections.Frozen;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Primitives;

namespace AttributionRegistry.Server.Http;

/// <summary>A parameter type that reads several query parameters by itself (through BindAsync) says here which.</summary>
public sealed record QueryParameterMetadata(string Name, Type Type, string Description);

/// <summary>
/// Refuses query parameters that the handler does not declare, repeated ones, and enum values by number or in another
/// spelling. Runs for every handler, so no route can forget it.
/// </summary>
public sealed class QueryRules(RequestDelegate next)
{
    private static readonly ConditionalWeakTable<Endpoint, Rules> Known = [];

    public Task InvokeAsync(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        if (http.Request.QueryString.HasValue && http.GetEndpoint() is { } endpoint && Known.GetValue(endpoint, Rules.Of) is { Strict: true } rules)
        {
            // Handlers bind what has been checked: composed text, and the names of enum values as C# spells them. The address stays as sent.
            http.Features.Set<IQueryFeature>(new QueryFeature(new QueryCollection(Check(http.Request.Query, rules))));
        }

        return next(http);
    }

    private static Dictionary<string, StringValues> Check(IQueryCollection query, Rules rules)
    {
        var errors = new List<ProblemError>();
        var clean = new Dictionary<string, StringValues>(StringComparer.Ordinal);
        foreach (var (name, values) in query)
        {
            if (!rules.Parameters.TryGetValue(name, out var type))
            {
                errors.Add(new ProblemError($"?{name}", ProblemCodes.UnknownParameter, $"There is no parameter '{name}' here."));
                continue;
            }

            if (values.Count > 1 && !TakesMany(type))
            {
                errors.Add(new ProblemError($"?{name}", ProblemCodes.DuplicateParameter, $"The parameter '{name}' appears more than once."));
                continue;
            }

            clean[name] = new StringValues([.. values.Select(value => Clean(name, value ?? string.Empty, EnumOf(type), errors))]);
        }

        return errors.Count == 0 ? clean : throw new RequestRefusedException(StatusCodes.Status400BadRequest, errors[0].Code, errors[0].Detail, errors);
    }

    private static string Clean(string name, string value, Type? choices, List<ProblemError> errors)
    {
        if (!CleanText.TryClean(value, out var clean))
        {
            errors.Add(new ProblemError($"?{name}", ProblemCodes.BadText, $"The parameter '{name}' has U+0000 or half of a surrogate pair."));
        }
        else if (choices is not null)
        {
            if (Enum.GetNames(choices).FirstOrDefault(choice => EnumNames.Wire(choices, choice) == clean) is { } choice)
            {
                return choice;
            }

            errors.Add(new ProblemError($"?{name}", ProblemCodes.WrongType,
                $"The parameter '{name}' is one of {string.Join(", ", Enum.GetNames(choices).Select(name => EnumNames.Wire(choices, name)))}."));
        }

        return clean;
    }

    private static bool TakesMany(Type type) => type.IsArray || type == typeof(StringValues) || type == typeof(StringValues?);

    private static Type? EnumOf(Type type)
    {
        var single = type.IsArray ? type.GetElementType()! : type;
        single = Nullable.GetUnderlyingType(single) ?? single;
        return single.IsEnum ? single : null;
    }

    private sealed record Rules(bool Strict, FrozenDictionary<string, Type> Parameters)
    {
        public static Rules Of(Endpoint endpoint)
        {
            var declared = new Dictionary<string, Type>(StringComparer.Ordinal);
            if (endpoint is not RouteEndpoint route || endpoint.Metadata.GetMetadata<MethodInfo>() is not { } handler)
            {
                return new Rules(false, declared.ToFrozenDictionary());
            }

            foreach (var metadata in endpoint.Metadata.GetOrderedMetadata<QueryParameterMetadata>())
            {
                declared[metadata.Name] = metadata.Type;
            }

            foreach (var parameter in handler.GetParameters())
            {
                Add(parameter.Name!, parameter.ParameterType, [.. parameter.GetCustomAttributes()], route, declared);
            }

            return new Rules(true, declared.ToFrozenDictionary(StringComparer.Ordinal));
        }

        private static void Add(string name, Type type, Attribute[] attributes, RouteEndpoint route, Dictionary<string, Type> declared)
        {
            if (attributes.Any(a => a is AsParametersAttribute))
            {
                foreach (var property in type.GetProperties())
                {
                    Add(property.Name, property.PropertyType, [.. property.GetCustomAttributes()], route, declared);
                }
            }
            else if (attributes.OfType<IFromQueryMetadata>().FirstOrDefault() is { } query)
            {
                declared[query.Name ?? name] = type;
            }
            else if (!attributes.Any(a => a is IFromRouteMetadata or IFromHeaderMetadata or IFromBodyMetadata or IFromFormMetadata or IFromServiceMetadata) &&
                     route.RoutePattern.GetParameter(name) is null && IsText(type))
            {
                declared[name] = type;
            }
        }

        private static bool IsText(Type type)
        {
            var single = type.IsArray ? type.GetElementType()! : type;
            single = Nullable.GetUnderlyingType(single) ?? single;
            return single == typeof(string) || single == typeof(StringValues) || single.IsEnum || (single != typeof(CancellationToken) &&
                single.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.FlattenHierarchy).Any(m => m.Name == "TryParse"));
        }
    }
}
