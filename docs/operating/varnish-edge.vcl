vcl 4.1;

# Varnish as an edge of the chain. What it can do and what not, and the parameters it wants: foreign-caches.md.
# The address to change is the origin's.

backend default {
    .host = "127.0.0.1";
    .port = "8083";
    .connect_timeout = 2s;
    # Longer than the origin holds a request (three target durations).
    .first_byte_timeout = 8s;
    # A growing object brings some bytes each part, 320 ms.
    .between_bytes_timeout = 4s;
}

sub vcl_recv {
    if (req.method != "GET" && req.method != "HEAD") {
        return (pass);
    }
    # A viewer's report on itself (CMCD, CTA-5004) names no object.
    if (req.url ~ "[?&]CMCD=") {
        set req.url = regsub(regsuball(req.url, "([?&])CMCD=[^&]*&?", "\1"), "[?&]$", "");
    }
    if (req.url ~ "^/[^/]+/[^/]+/[^/?]+\.(m4s|mp4)\?") {
        # Media objects have no query.
        set req.url = regsub(req.url, "\?.*$", "");
    } else if (req.url ~ "^/[^/]+/[^/?]+\.m3u8\?"
        && req.url !~ "\?_HLS_msn=\d+(&_HLS_part=\d+)?(&_HLS_skip=\w+)?$") {
        # A playlist's query are the delivery directives (rfc8216bis 6.2.5), in one order, and nothing else.
        set req.http.X-Query = regsub(req.url, "^.*[?&](_HLS_msn=\d+).*$|^.*$", "\1") +
            regsub(req.url, "^.*[?&](_HLS_part=\d+).*$|^.*$", "&\1") +
            regsub(req.url, "^.*[?&](_HLS_skip=\w+).*$|^.*$", "&\1");
        set req.url = regsub(req.url, "\?.*$", "?") +
            regsub(regsub(req.http.X-Query, "&+$", ""), "&&", "&");
        set req.url = regsub(req.url, "\?$", "");
        unset req.http.X-Query;
    }
    # One origin: the name by which a viewer calls this edge is no part of the key.
    set req.http.Host = "origin";
    # Nothing of a viewer's own fields goes upstream: the answer must not depend on who asked first.
    unset req.http.Cookie;
    unset req.http.Authorization;
    unset req.http.Accept-Encoding;
    unset req.http.User-Agent;
    return (hash);
}

sub vcl_backend_response {
    # Bytes go to everybody who waits as they come.
    set beresp.do_stream = true;
    # A live playlist that has run out is not served again, unless the origin allows it; media may be, while the origin is away.
    if (beresp.http.Cache-Control !~ "stale-while-revalidate") {
        set beresp.grace = 0s;
    }
    set beresp.keep = 0s;
    # What may not be kept (an error, an object that is not there yet) is not remembered as unkeepable for two minutes, as
    # Varnish would: when it comes, its first viewers would each go upstream.
    if (beresp.ttl <= 0s || beresp.http.Cache-Control ~ "(?i)no-store|no-cache|private") {
        set beresp.uncacheable = true;
        set beresp.ttl = 1s;
    }
    return (deliver);
}

sub vcl_backend_error {
    # Our own 503 is not kept.
    set beresp.ttl = 0s;
    set beresp.grace = 0s;
    return (deliver);
}
