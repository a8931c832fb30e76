using System.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace AttributionRegistry.Server.Site;

/// <summary>
/// Renders a page to bytes. What a page says depends on its parameters only: the same ones give the same bytes, on every machine and after
/// every start.
/// </summary>
public sealed class SiteRenderer(IServiceProvider services, ILoggerFactory loggers)
{
    public async Task<byte[]> RenderAsync<TPage>(SiteContext site, object? model)
        where TPage : IComponent
    {
        await using var html = new HtmlRenderer(services, loggers);
        var parameters = new Dictionary<string, object?> { [nameof(SitePage.Context)] = site };
        if (model is not null)
        {
            parameters["Model"] = model;
        }

        return await html.Dispatcher.InvokeAsync(async () =>
        {
            var root = await html.RenderComponentAsync<TPage>(ParameterView.FromDictionary(parameters));
            await using var writer = new StringWriter();
            await writer.WriteAsync("<!DOCTYPE html>\n");
            root.WriteHtmlTo(writer);
            return Encoding.UTF8.GetBytes(writer.ToString());
        });
    }
}

/// <summary>A whole page.</summary>
public abstract class SitePage : ComponentBase
{
    [Parameter, EditorRequired]
    public SiteContext Context { get; set; } = null!;
}

/// <summary>A page that shows something.</summary>
public abstract class SitePage<TModel> : SitePage
    where TModel : class
{
    [Parameter, EditorRequired]
    public TModel Model { get; set; } = null!;
}
