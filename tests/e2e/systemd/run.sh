#!/bin/sh
# Boots this machine's root as an overlay, with the tree installed into it, and runs inside.sh there as the only job. Speaks TAP.
# Nothing of the machine itself is changed: the overlay's upper layer is a tmpfs of its own mount namespace.
here=$(cd "$(dirname "$0")" && pwd)

skip() {
        echo "1..0 # SKIP $1"
        exit 0
}
[ "$(id -u)" -eq 0 ] || skip "needs root"
command -v systemd-nspawn >/dev/null || skip "needs systemd-nspawn (Debian: systemd-container)"
[ -x "$MAGIKAL_PG_BINDIR/initdb" ] || skip "needs PostgreSQL's initdb"
case $MAGIKAL_PREFIX in
/usr | /usr/local) ;;
*) skip "the service manager does not look for units in $MAGIKAL_PREFIX; configure with --prefix=/usr or /usr/local" ;;
esac

# Mounts end with the namespace, however this ends
if [ -z "${MAGIKAL_IN_NAMESPACE:-}" ]; then
        MAGIKAL_IN_NAMESPACE=1 exec unshare --mount --propagation private "$0"
fi

top=$(mktemp -d) || exit 1
trap 'umount "$top/root" 2>/dev/null; umount "$top" 2>/dev/null; rmdir "$top"' EXIT
overlay() {
        mount -t tmpfs tmpfs "$top" && mkdir "$top/upper" "$top/work" "$top/root" &&
                mount -t overlay overlay -o "lowerdir=/,upperdir=$top/upper,workdir=$top/work" "$top/root" 2>/dev/null
}
overlay || skip "no overlay can be mounted here"
root=$top/root

"$MAKE" -s -C "$MAGIKAL_BUILD_DIR" install DESTDIR="$root" >"$top/install.log" 2>&1 || {
        sed 's/^/# /' "$top/install.log"
        echo "Bail out! the tree could not be installed"
        exit 1
}

token=OTAwMDAwMDAwMDAwMDAwMDAx.GsandB.ox-token-for-the-local-guild-only-000000
mkdir -p "$root/etc/magikal/credentials"
for key in lookup-key seal-key control-key; do
        "$MAGIKAL_BUILD_DIR/magikalctl" keygen "$root/etc/magikal/credentials/$key" >/dev/null || exit 1
done
(umask 077 && echo "$token" >"$root/etc/magikal/credentials/discord-token")
cat >"$root/etc/magikal/magikald.conf" <<EOF
[discord]
application_id = 900000000000000001
rest_base_url = http://127.0.0.1:8780/api/v10
[database]
dsn = host=/run/database user=magikal dbname=postgres
migrate_dsn = host=/run/database user=magikal dbname=postgres
EOF

unit() {
        cat >"$root/etc/systemd/system/$1"
}
unit database.service <<EOF
[Service]
User=postgres
RuntimeDirectory=database
StateDirectory=database
ExecStartPre=/bin/sh -c 'test -e %S/database/d || $MAGIKAL_PG_BINDIR/initdb -D %S/database/d -U magikal -A trust --no-sync'
ExecStart=$MAGIKAL_PG_BINDIR/postgres -D %S/database/d -c listen_addresses= -c unix_socket_directories=%t/database
EOF
unit sandbox.service <<EOF
[Service]
DynamicUser=yes
ExecStart=$MAGIKAL_PREFIX/bin/magikal-sandbox --token $token
EOF
unit inside.service <<EOF
[Unit]
Wants=database.service sandbox.service
After=database.service sandbox.service
[Service]
Type=oneshot
ExecStart=/bin/sh /inside.sh
ExecStopPost=/bin/systemctl poweroff --no-block
TimeoutStartSec=4min
EOF
unit inside.target <<EOF
[Unit]
Requires=basic.target inside.service
After=basic.target
EOF
# Faster than in earnest, so that the watchdog's test does not take a minute
mkdir -p "$root/etc/systemd/system/magikald.service.d"
unit magikald.service.d/test.conf <<EOF
[Service]
WatchdogSec=3
TimeoutAbortSec=1
EOF
cp "$here/inside.sh" "$root/inside.sh"
: >"$root/etc/machine-id"

timeout 300 systemd-nspawn -q -D "$root" --private-network --register=no --keep-unit --boot --console=pipe \
        systemd.unit=inside.target systemd.show_status=no >"$top/boot.log" 2>&1
if [ -s "$root/result" ]; then
        cat "$root/result"
        ! grep -q '^not ok\|^Bail' "$root/result"
else
        grep -qi 'operation not permitted\|failed to' "$top/boot.log" && [ ! -s "$root/began" ] && skip "nothing can be booted here: $(tail -1 "$top/boot.log")"
        tail -20 "$top/boot.log" | sed 's/^/# /'
        echo "Bail out! the container ended without a result"
        exit 1
fi
