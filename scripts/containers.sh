# Sourced. Containers without an engine, by buildah, podman and runc, and a base image made by debootstrap and slimmed
# like Debian's own slim images: docker.io/library/debian:bookworm-slim. Everything is kept in
# ${XDG_CACHE_HOME:-~/.cache}/ecron-image. Requires root.
# shellcheck shell=bash

cache=${XDG_CACHE_HOME:-$HOME/.cache}/ecron-image
mkdir -p "$cache"
printf '[storage]\ndriver="overlay"\ngraphroot="%s/root"\nrunroot="%s/run"\n' "$cache" "$cache" >"$cache/storage.conf"
cat >"$cache/containers.conf" <<TEXT
[containers]
default_ulimits=["nofile=1024:1024","nproc=4096:4096"]
[engine]
cgroup_manager="cgroupfs"
runtime="runc"
events_logger="file"
TEXT
export CONTAINERS_STORAGE_CONF=$cache/storage.conf CONTAINERS_CONF=$cache/containers.conf BUILDAH_ISOLATION=chroot

# --- the base

# Removes what slim images omit, now and for packages installed later.
slim() {
    local tree=$1
    cat >"$tree/etc/dpkg/dpkg.cfg.d/slim" <<TEXT
path-exclude /usr/share/doc/*
path-include /usr/share/doc/*/copyright
path-exclude /usr/share/man/*
path-exclude /usr/share/info/*
path-exclude /usr/share/locale/*
path-exclude /usr/share/groff/*
path-exclude /usr/share/lintian/*
TEXT
    find "$tree/usr/share/doc" -type f ! -name copyright -delete
    find "$tree/usr/share/doc" -depth -type d -empty -delete
    rm -rf "$tree"/usr/share/{man,info,locale,groff,lintian}/* "$tree"/var/lib/apt/lists/* "$tree"/var/cache/apt/*.bin \
        "$tree"/var/cache/apt/archives/*.deb "$tree"/var/log/*.log "$tree"/var/log/apt
}

make_base() {
    buildah images -q docker.io/library/debian:bookworm-slim >/dev/null 2>&1 && return 0
    local tree=$cache/base sources container
    if [ ! -d "$tree" ]; then
        say "creating the base image with debootstrap"
        rm -rf "$tree.making"
        # shellcheck disable=SC2016    # expanded by apt
        sources=$(apt-get indextargets --format '$(SITE)' 'Release: bookworm' | head -n 1)
        debootstrap --variant=minbase bookworm "$tree.making" "$sources" >"$cache/debootstrap.log" ||
            die "debootstrap failed; see $cache/debootstrap.log"
        mv "$tree.making" "$tree"
    fi
    # Updates come from the package sources of this machine.
    rm -f "$tree/etc/apt/sources.list"
    cp /etc/apt/sources.list.d/debian.sources "$tree/etc/apt/sources.list.d/" 2>/dev/null ||
        cp /etc/apt/sources.list "$tree/etc/apt/"
    slim "$tree"
    container=$(buildah from scratch)
    buildah add -q "$container" "$tree" / >/dev/null
    buildah config --cmd bash "$container"
    buildah commit -q --rm "$container" docker.io/library/debian:bookworm-slim >/dev/null
    rm -rf "$tree"
}
