using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;

namespace AttributionRegistry.Cli.TimeStamps;

/// <summary>Why a time stamp does not hold.</summary>
public enum TimeStampFault
{
    /// <summary>Nothing has gone wrong.</summary>
    None,

    /// <summary>No connection, or an answer that is not one.</summary>
    Unreachable,

    /// <summary>No answer in time.</summary>
    Timeout,

    /// <summary>The bytes are no reply of a time stamp authority.</summary>
    Malformed,

    /// <summary>The authority refused.</summary>
    Refused,

    /// <summary>The token answers another question.</summary>
    Nonce,

    /// <summary>The token is over other bytes.</summary>
    Digest,

    /// <summary>The token was issued under another policy.</summary>
    Policy,

    /// <summary>The signature does not hold.</summary>
    Signature,

    /// <summary>The certificate was not valid then, or leads to no trusted authority.</summary>
    Certificate,
}

/// <summary>A time stamp that does not hold, and why.</summary>
public sealed class TimeStampException(TimeStampFault fault, string message, Exception? cause = null) : Exception(message, cause)
{
    public TimeStampFault Fault => fault;
}

/// <summary>A question to an authority: the digest of the bytes, a nonce, and the policy that is wanted.</summary>
public sealed class TimeStampQuery
{
    private readonly Rfc3161TimestampRequest _request;

    /// <param name="message">The bytes that are to have existed.</param>
    /// <param name="nonce">Random bytes: an old token must not pass for a new one.</param>
    /// <param name="policy">The object identifier of the policy that is wanted, or null for the authority's own.</param>
    public TimeStampQuery(ReadOnlySpan<byte> message, ReadOnlyMemory<byte> nonce, string? policy) => _request = Rfc3161TimestampRequest.CreateFromData(
        message, HashAlgorithmName.SHA256, policy is null ? null : new Oid(policy), nonce, requestSignerCertificates: true);

    public byte[] Encode() => _request.Encode();

    /// <exception cref="TimeStampException">The reply does not answer this question.</exception>
    public void Accept(TimeStamp stamp)
    {
        ArgumentNullException.ThrowIfNull(stamp);
        if (stamp.Nonce is not { } nonce || !nonce.Span.SequenceEqual(_request.GetNonce()!.Value.Span))
        {
            throw new TimeStampException(TimeStampFault.Nonce, "The token does not have the nonce of the question.");
        }

        if (_request.RequestedPolicyId is { } wanted && wanted.Value != stamp.Policy)
        {
            throw new TimeStampException(TimeStampFault.Policy, $"The token was issued under the policy {stamp.Policy}, not {wanted.Value}.");
        }
    }
}

/// <summary>What an authority vouches for: that these bytes existed at a time (RFC 3161).</summary>
/// <param name="At">The time that it names, UTC.</param>
/// <param name="Authority">The subject of its certificate.</param>
/// <param name="Policy">The object identifier of its policy.</param>
/// <param name="Nonce">The nonce of the question.</param>
public sealed record TimeStamp(DateTimeOffset At, string Authority, string Policy, ReadOnlyMemory<byte>? Nonce)
{
    private const string TimeStamping = "1.3.6.1.5.5.7.3.8";

    /// <summary>Checks a reply over the bytes that it is to be about.</summary>
    /// <param name="reply">A TimeStampResp, as the authority sent it.</param>
    /// <param name="message">The bytes.</param>
    /// <param name="authorities">The chain that is trusted, with its root; null checks the signature only.</param>
    /// <exception cref="TimeStampException">It does not hold.</exception>
    public static TimeStamp Verify(ReadOnlyMemory<byte> reply, ReadOnlySpan<byte> message, X509Certificate2Collection? authorities)
    {
        var token = TokenOf(reply);
        var info = token.TokenInfo;
        if (info.HashAlgorithmId.Value != "2.16.840.1.101.3.4.2.1" || !info.GetMessageHash().Span.SequenceEqual(SHA256.HashData(message)))
        {
            throw new TimeStampException(TimeStampFault.Digest, "The token is over other bytes.");
        }

        X509Certificate2? signer;
        try
        {
            if (!token.VerifySignatureForData(message, out signer, authorities))
            {
                throw new TimeStampException(TimeStampFault.Signature, "The signature of the token does not hold, or its certificate may not sign time stamps.");
            }
        }
        catch (CryptographicException fault)
        {
            throw new TimeStampException(TimeStampFault.Signature, $"The signature of the token cannot be checked: {fault.Message}", fault);
        }

        using (signer)
        {
            if (authorities is not null)
            {
                CheckChain(signer!, token.AsSignedCms().Certificates, authorities, info.Timestamp);
            }

            return new TimeStamp(info.Timestamp, signer!.Subject, info.PolicyId.Value!, info.GetNonce());
        }
    }

    /// <summary>Reads the certificates of a chain from a PEM file.</summary>
    /// <exception cref="FormatException">There is no self-signed certificate in it: nothing would be trusted.</exception>
    public static X509Certificate2Collection Authorities(string path)
    {
        var found = new X509Certificate2Collection();
        try
        {
            found.ImportFromPemFile(path);
        }
        catch (CryptographicException fault)
        {
            throw new FormatException($"{path} holds no certificates in PEM: {fault.Message}", fault);
        }

        return found.Any(IsRoot) ? found : throw new FormatException($"{path} holds no self-signed certificate: name the whole chain of the authority, with its root.");
    }

    private static void CheckChain(X509Certificate2 signer, X509Certificate2Collection sent, X509Certificate2Collection authorities, DateTimeOffset at)
    {
        using var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.AddRange(authorities.Where(IsRoot).ToArray());
        policy.ExtraStore.AddRange(authorities.Where(each => !IsRoot(each)).Concat(sent).ToArray());
        policy.ApplicationPolicy.Add(new Oid(TimeStamping));
        policy.RevocationMode = X509RevocationMode.NoCheck; // checked offline, years later: the lists of then are not there any more
        policy.DisableCertificateDownloads = true;
        policy.VerificationTimeIgnored = false;
        policy.VerificationTime = at.UtcDateTime;
        if (!chain.Build(signer))
        {
            var reasons = string.Join(", ", chain.ChainStatus.Select(each => each.Status.ToString()).Distinct());
            throw new TimeStampException(TimeStampFault.Certificate, $"The certificate of {signer.Subject} does not hold at {at:yyyy-MM-ddTHH:mm:ssZ}: {reasons}.");
        }
    }

    private static bool IsRoot(X509Certificate2 certificate) => certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);

    // The base library refuses a token whose certificate had expired as if it were none: the reader should know which it is.
    private static TimeStampException Undecodable(ReadOnlyMemory<byte> encoded)
    {
        try
        {
            var cms = new SignedCms();
            cms.Decode(encoded.Span);
            if (Rfc3161TimestampTokenInfo.TryDecode(cms.ContentInfo.Content, out var info, out _) && cms.SignerInfos.Count == 1 &&
                cms.SignerInfos[0].Certificate is { } signer && (info.Timestamp < signer.NotBefore || info.Timestamp > signer.NotAfter))
            {
                return new TimeStampException(TimeStampFault.Certificate, $"The certificate of {signer.Subject} was not valid at {info.Timestamp:yyyy-MM-ddTHH:mm:ssZ}.");
            }
        }
        catch (CryptographicException)
        {
            // Not even signed: malformed, as below.
        }

        return new TimeStampException(TimeStampFault.Malformed, "The reply holds no time stamp token.");
    }

    // TimeStampResp ::= SEQUENCE { status PKIStatusInfo, timeStampToken ContentInfo OPTIONAL }
    private static Rfc3161TimestampToken TokenOf(ReadOnlyMemory<byte> reply)
    {
        try
        {
            var outer = new AsnReader(reply, AsnEncodingRules.DER);
            var sequence = outer.ReadSequence();
            outer.ThrowIfNotEmpty();
            var status = (int)sequence.ReadSequence().ReadInteger();
            if (status is not (0 or 1) || !sequence.HasData)
            {
                throw new TimeStampException(TimeStampFault.Refused, $"The authority refused, with status {status}.");
            }

            var encoded = sequence.ReadEncodedValue();
            sequence.ThrowIfNotEmpty();
            return Rfc3161TimestampToken.TryDecode(encoded, out var token, out var read) && read == encoded.Length
                ? token
                : throw Undecodable(encoded);
        }
        catch (Exception fault) when (fault is AsnContentException or OverflowException)
        {
            throw new TimeStampException(TimeStampFault.Malformed, "The bytes are no reply of a time stamp authority.", fault);
        }
    }
}
