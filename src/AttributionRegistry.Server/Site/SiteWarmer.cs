using System.Threading.Channels;
using AttributionRegistry.Server.Findings;
using AttributionRegistry.Storage;

namespace AttributionRegistry.Server.Site;

/// <summary>
/// Renders the pages of a finding, in the languages of its statement, as soon as what it says has changed, so that its readers find them ready. Nothing depends on it: a page that
/// is not there yet is rendered for whoever asks first.
/// </summary>
public sealed class SiteWarmer(SitePages pages, ILogger<SiteWarmer> log) : BackgroundService, IDerivedFromFindings
{
    // What does not fit is rendered when it is asked for.
    private readonly Channel<CanonicalFinding> _changed = Channel.CreateBounded<CanonicalFinding>(new BoundedChannelOptions(64) { FullMode = BoundedChannelFullMode.DropOldest });

    public string Form => "pages";

    /// <summary>Pages are rendered from what is committed; nothing of them is written.</summary>
    public void Write(RowWriter rows, PublishedChange change)
    {
    }

    public void Committed(PublishedChange change)
    {
        ArgumentNullException.ThrowIfNull(change);
        _changed.Writer.TryWrite(change.Finding);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var finding in _changed.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                foreach (var language in finding.Languages.Select(Language.Find).OfType<Language>())
                {
                    stoppingToken.ThrowIfCancellationRequested();
                    _ = await pages.FindingAsync(language, finding.Number, null);
                }
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                log.LogError(fault, "The pages of {Number} could not be rendered; they will be when they are asked for.", finding.Number);
            }
        }
    }
}
