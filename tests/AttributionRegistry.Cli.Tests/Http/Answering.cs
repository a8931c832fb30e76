using System.Net;
using System.Text;
using AttributionRegistry.Cli.Http;

namespace AttributionRegistry.Cli.Tests.Http;

/// <summary>A server of a few lines: answers each request by a function, and remembers what it was asked.</summary>
internal sealed class Answering(Func<HttpRequestMessage, int, HttpResponseMessage> answer) : HttpMessageHandler
{
    public List<(string Method, string Path, string? Key, string? Authorization, string Body)> Asked { get; } = [];

    public List<TimeSpan> Waits { get; } = [];

    public RegistryClient Client(string? apiKey = null)
    {
        byte next = 0;
        return new RegistryClient(
            new HttpClient(this) { BaseAddress = new Uri("http://registry.example") }, apiKey,
            count => [.. Enumerable.Repeat(++next, count)],
            (pause, _) =>
            {
                Waits.Add(pause);
                return Task.CompletedTask;
            });
    }

    public static HttpResponseMessage Json(HttpStatusCode status, string body, string type = "application/json") =>
        new(status) { Content = new StringContent(body, Encoding.UTF8, type) };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        Asked.Add((
            request.Method.Method, request.RequestUri!.PathAndQuery, request.Headers.TryGetValues("Idempotency-Key", out var keys) ? keys.Single() : null,
            request.Headers.Authorization?.ToString(), body));
        return answer(request, Asked.Count);
    }
}
