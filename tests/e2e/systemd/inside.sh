#!/bin/sh
# In the booted container: the installed service started, reloaded, killed, frozen, misconfigured and stopped. TAP goes to /result.
echo began >/began
exec >/result 2>&1
n=0

# ok NAME: by the status of the command before
ok() {
        status=$?
        n=$((n + 1))
        if [ $status -eq 0 ]; then echo "ok $n - $1"; else
                echo "not ok $n - $1"
                journalctl -u magikald --no-pager -n 30 -o cat | sed 's/^/#   /'
        fi
        return 0
}

# soon COMMAND…: until it succeeds, ten seconds at most
soon() {
        for _ in $(seq 100); do
                "$@" >/dev/null 2>&1 && return 0
                sleep 0.1
        done
        return 1
}

property() {
        systemctl show magikald -p "$1" --value
}
has_events() { # EVENT N: at least so many since the boot
        [ "$(journalctl -u magikald "MAGIKAL_EVENT=$1" -o cat --no-pager | grep -c .)" -ge "$2" ]
}
count() {
        journalctl -u magikald "MAGIKAL_EVENT=$1" -o cat --no-pager | grep -c .
}
is_other_process() { # both from one answer: between two the old process may end
        systemctl show magikald -p ActiveState,MainPID | tr '\n' ' ' | grep 'ActiveState=active' | grep -q -v -e 'MainPID=0 ' -e "MainPID=$1 "
}
settings=/etc/magikal/magikald.conf

soon test -S /run/database/.s.PGSQL.5432

said=$(systemd-analyze verify --man=no magikald.service 2>&1)
[ -z "$said" ]
ok "the installed unit is taken without a word"

systemctl start magikald && [ "$(property ActiveState)" = active ]
ok "started, and ready by its own word"

property StatusText | grep -q 'gateway connected'
ok "its status is a sentence: $(property StatusText)"

magikalctl status >/dev/null
ok "magikalctl agrees"

pid=$(property MainPID)
grep -q '^CapEff:.0*$' "/proc/$pid/status" && grep -q '^NoNewPrivs:.1$' "/proc/$pid/status" && grep -q '^Seccomp:.2$' "/proc/$pid/status" &&
        [ "$(stat -c %U "/proc/$pid")" = magikal ]
ok "runs as its account, without capabilities, under a system call filter"

! grep -rqsF 'ox-token' "/proc/$pid/environ" "/proc/$pid/cmdline" && [ "$(stat -c %a /run/magikal)" = 700 ]
ok "the token is in no environment and no argument, the sockets are its own"

worker=$(pgrep -P "$pid" -f 'magikald worker' | head -1)
died=$(count child.died)
kill -KILL "$worker"
soon has_events child.died $((died + 1)) && [ "$(property MainPID)" = "$pid" ] && soon magikalctl status
ok "a killed worker is replaced, the service stays"

echo '# nothing new' >>$settings
ready=$(count child.ready)
systemctl reload magikald && soon has_events config.reloaded 1 && soon has_events child.ready $((ready + 3)) && [ "$(property MainPID)" = "$pid" ]
ok "a reload replaces the children, not the service"

cp $settings /settings
echo '[nonsense]' >>$settings
echo 'a = b' >>$settings
systemctl reload magikald
soon has_events config.kept 1 && [ "$(property ActiveState)" = active ] && [ "$(property MainPID)" = "$pid" ]
ok "a reload with wrong settings changes nothing"

journalctl --update-catalog             # as a package's installation does
journalctl -u magikald MAGIKAL_EVENT=config.kept -x --no-pager | grep -q 'Mend the file and reload again'
ok "journalctl -x explains it"
cp /settings $settings

resumed=$(count gateway.resumed)
kill -KILL "$pid"
soon is_other_process "$pid" && [ "$(property NRestarts)" = 1 ] && has_events gateway.resumed $((resumed + 1))
ok "killed, it is started again and resumes the session"

pid=$(property MainPID)
kill -STOP "$pid"
for _ in 1 2 3; do soon is_other_process "$pid" && break; done
is_other_process "$pid" && [ "$(property NRestarts)" = 2 ]
ok "frozen, the watchdog restarts it"

resumed=$(count gateway.resumed)
began=$(date +%s%N)
systemctl restart magikald
ms=$((($(date +%s%N) - began) / 1000000))
[ "$(property ActiveState)" = active ] && [ $ms -lt 3000 ] && has_events gateway.resumed $((resumed + 1))
ok "a restart takes $ms ms and resumes the session"

systemctl stop magikald && [ "$(property ActiveState)" = inactive ] && [ "$(property Result)" = success ] && [ ! -e /run/magikal ]
ok "stopped, and nothing is left"

systemctl stop database
systemctl start --no-block magikald
# shellcheck disable=SC2016 # for the inner shell
soon sh -c '[ "$(systemctl show magikald -p NRestarts --value)" -ge 1 ]'
systemctl start database
for _ in 1 2; do soon systemctl is-active -q magikald && break; done
systemctl is-active -q magikald
ok "started before its database, it comes up with it"
systemctl stop magikald

sed -i 's/^application_id.*/application_id = none/' $settings
systemctl start magikald 2>/dev/null
[ "$(property ActiveState)" = failed ] && [ "$(property ExecMainStatus)" = 78 ] && journalctl -u magikald --no-pager | grep -qF "$settings:2: [discord] application_id"
ok "wrong settings end it with status 78 and a line that names the place"

! soon is_other_process 0 && [ "$(property ActiveState)" = failed ]
ok "and it is not tried again"

! journalctl --no-pager -o export | grep -v '^COREDUMP\|^_CMDLINE=/usr.*/magikal-sandbox' | grep -qaF 'GsandB.ox-token'
ok "the token is nowhere in the journal"

echo "1..$n"
