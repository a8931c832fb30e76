using System.Collections.Frozen;

namespace AttributionRegistry.Domain.Stix;

/// <summary>
/// Every type of STIX 2.1 (OASIS Standard, 10 June 2021) with its properties, transcribed from the specification.
/// Vocabularies that the specification leaves open are plain texts here.
/// </summary>
internal static class StixShapes
{
    private const string Core = """
        type! s; spec_version! s; id! @; created_by_ref @identity; created! ms; modified! ms; revoked bool; labels [s]; confidence int 0..100; lang s;
        external_references [xref]; object_marking_refs [@marking-definition]; granular_markings [mark]; extensions dict
        """;

    private const string CyberCore = """
        type! s; spec_version s; id! @; object_marking_refs [@marking-definition]; granular_markings [mark]; defanged bool; extensions dict
        """;

    private const string MarkingCore = """
        type! s; spec_version! s; id! @; created_by_ref @identity; created! t; external_references [xref]; object_marking_refs [@marking-definition];
        granular_markings [mark]; extensions dict; name s; definition_type s; definition obj
        """;

    /// <summary>A custom object has the common properties of one of the two groups.</summary>
    internal static FrozenDictionary<string, StixProperty> CustomObject { get; } = StixShape.Read(Core);

    internal static FrozenDictionary<string, StixProperty> CustomObservable { get; } = StixShape.Read(CyberCore);

    private static FrozenDictionary<string, StixShape> All { get; } = Tables().ToFrozenDictionary(s => s.Type, StringComparer.Ordinal);

    internal static IEnumerable<StixShape> Every => All.Values;

    internal static StixShape? Find(string type) => All.GetValueOrDefault(type);

    private static IEnumerable<StixShape> Tables() =>
    [
        Sdo("attack-pattern", "name! s; description s; aliases [s]; kill_chain_phases [phase]"),
        Sdo("campaign", "name! s; description s; aliases [s]; first_seen t; last_seen t; objective s"),
        Sdo("course-of-action", "name! s; description s"),
        Sdo("grouping", "name s; description s; context! s; object_refs! [@]"),
        Sdo("identity", "name! s; description s; roles [s]; identity_class s; sectors [s]; contact_information s"),
        Sdo("incident", "name! s; description s"),
        Sdo("indicator", """
            name s; description s; indicator_types [s]; pattern! s; pattern_type! s; pattern_version s; valid_from! t; valid_until t; kill_chain_phases [phase]
            """),
        Sdo("infrastructure", "name! s; description s; infrastructure_types [s]; aliases [s]; kill_chain_phases [phase]; first_seen t; last_seen t"),
        Sdo("intrusion-set", """
            name! s; description s; aliases [s]; first_seen t; last_seen t; goals [s]; resource_level s; primary_motivation s; secondary_motivations [s]
            """),
        Sdo("location", """
            name s; description s; latitude num; longitude num; precision num; region s; country s; administrative_area s; city s; street_address s; postal_code s
            """),
        Sdo("malware", """
            name s; description s; malware_types [s]; is_family! bool; aliases [s]; kill_chain_phases [phase]; first_seen t; last_seen t;
            operating_system_refs [@software]; architecture_execution_envs [s]; implementation_languages [s]; capabilities [s]; sample_refs [@artifact|file]
            """),
        Sdo("malware-analysis", """
            product! s; version s; host_vm_ref @software; operating_system_ref @software; installed_software_refs [@software]; configuration_version s; modules [s];
            analysis_engine_version s; analysis_definition_version s; submitted t; analysis_started t; analysis_ended t; result_name s; result s;
            analysis_sco_refs [@]; sample_ref @artifact|file|network-traffic
            """),
        Sdo("note", "abstract s; content! s; authors [s]; object_refs! [@]"),
        Sdo("observed-data", "first_observed! t; last_observed! t; number_observed! int 1..999999999; objects dict; object_refs [@]"),
        Sdo("opinion", "explanation s; authors [s]; opinion! =strongly-disagree|disagree|neutral|agree|strongly-agree; object_refs! [@]"),
        Sdo("report", "name! s; description s; report_types [s]; published! t; object_refs! [@]"),
        Sdo("threat-actor", """
            name! s; description s; threat_actor_types [s]; aliases [s]; first_seen t; last_seen t; roles [s]; goals [s]; sophistication s; resource_level s;
            primary_motivation s; secondary_motivations [s]; personal_motivations [s]
            """),
        Sdo("tool", "name! s; description s; tool_types [s]; aliases [s]; kill_chain_phases [phase]; tool_version s"),
        Sdo("vulnerability", "name! s; description s"),
        Sro("relationship", "relationship_type! s; description s; source_ref! @; target_ref! @; start_time t; stop_time t"),
        Sro("sighting", """
            description s; first_seen t; last_seen t; count int 0..999999999; sighting_of_ref! @; observed_data_refs [@observed-data];
            where_sighted_refs [@identity|location]; summary bool
            """),
        Sco("artifact", """
            mime_type s; payload_bin bin; url s; hashes hashes; encryption_algorithm =AES-256-GCM|ChaCha20-Poly1305|mime-type-indicated; decryption_key s
            """),
        Sco("autonomous-system", "number! int 0..4294967295; name s; rir s"),
        Sco("directory", "path! s; path_enc s; ctime t; mtime t; atime t; contains_refs [@file|directory]"),
        Sco("domain-name", "value! s; resolves_to_refs [@ipv4-addr|ipv6-addr|domain-name]"),
        Sco("email-addr", "value! s; display_name s; belongs_to_ref @user-account"),
        Sco("email-message", """
            is_multipart! bool; date t; content_type s; from_ref @email-addr; sender_ref @email-addr; to_refs [@email-addr]; cc_refs [@email-addr];
            bcc_refs [@email-addr]; message_id s; subject s; received_lines [s]; additional_header_fields dict; body s; body_multipart [obj]; raw_email_ref @artifact
            """),
        Sco("file", """
            hashes hashes; size int 0..; name s; name_enc s; magic_number_hex hex; mime_type s; ctime t; mtime t; atime t; parent_directory_ref @directory;
            contains_refs [@]; content_ref @artifact
            """),
        Sco("ipv4-addr", "value! s; resolves_to_refs [@mac-addr]; belongs_to_refs [@autonomous-system]"),
        Sco("ipv6-addr", "value! s; resolves_to_refs [@mac-addr]; belongs_to_refs [@autonomous-system]"),
        Sco("mac-addr", "value! s"),
        Sco("mutex", "name! s"),
        Sco("network-traffic", """
            start t; end t; is_active bool; src_ref @ipv4-addr|ipv6-addr|mac-addr|domain-name; dst_ref @ipv4-addr|ipv6-addr|mac-addr|domain-name;
            src_port int 0..65535; dst_port int 0..65535; protocols! [s]; src_byte_count int 0..; dst_byte_count int 0..; src_packets int 0..; dst_packets int 0..;
            ipfix dict; src_payload_ref @artifact; dst_payload_ref @artifact; encapsulates_refs [@network-traffic]; encapsulated_by_ref @network-traffic
            """),
        Sco("process", """
            is_hidden bool; pid int 0..; created_time t; cwd s; command_line s; environment_variables dict; opened_connection_refs [@network-traffic];
            creator_user_ref @user-account; image_ref @file; parent_ref @process; child_refs [@process]
            """),
        Sco("software", "name! s; cpe s; swid s; languages [s]; vendor s; version s"),
        Sco("url", "value! s"),
        Sco("user-account", """
            user_id s; credential s; account_login s; account_type s; display_name s; is_service_account bool; is_privileged bool; can_escalate_privs bool;
            is_disabled bool; account_created t; account_expires t; credential_last_changed t; account_first_login t; account_last_login t
            """),
        Sco("windows-registry-key", "key s; values [obj]; modified_time t; creator_user_ref @user-account; number_of_subkeys int 0.."),
        Sco("x509-certificate", """
            is_self_signed bool; hashes hashes; version s; serial_number s; signature_algorithm s; issuer s; validity_not_before t; validity_not_after t; subject s;
            subject_public_key_algorithm s; subject_public_key_modulus s; subject_public_key_exponent int 0..; x509_v3_extensions dict
            """),
        new StixShape("marking-definition", StixGroup.Meta, StixShape.Read(MarkingCore)),
        new StixShape("language-content", StixGroup.Meta, StixShape.Read(Core, "object_ref! @; object_modified t; contents! dict")),
        new StixShape("extension-definition", StixGroup.Meta, StixShape.Read(Core.Replace("created_by_ref @", "created_by_ref! @", StringComparison.Ordinal), """
            name! s; description s; schema! s; version! s; extension_properties [s];
            extension_types! [=new-sdo|new-sco|new-sro|property-extension|toplevel-property-extension]
            """)),
    ];

    private static StixShape Sdo(string type, string own) => new(type, StixGroup.Domain, StixShape.Read(Core, own));

    private static StixShape Sro(string type, string own) => new(type, StixGroup.Relationship, StixShape.Read(Core, own));

    private static StixShape Sco(string type, string own) => new(type, StixGroup.Cyber, StixShape.Read(CyberCore, own));
}
