#!/usr/bin/env bash
# Starts a throwaway native PostgreSQL cluster with pgvector, pg_cron and pgTAP for the tests, and prints its URL.
# Debian only: installs what is missing by apt when it may. Elsewhere: set TEST_DATABASE_URL to a server of your own.
#   tests/native-postgres.sh          start (or reuse) and print the URL
#   tests/native-postgres.sh stop     stop it
set -euo pipefail
port=${MYHIBACHI_TEST_PG_PORT:-55432}
home=${MYHIBACHI_TEST_PG_HOME:-/tmp/myhibachi-test-postgres}
log() { printf '%s\n' "$*" >&2; }

newest() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1; }

install_packages() {
	command -v apt-get >/dev/null || { log 'No apt here: set TEST_DATABASE_URL to a PostgreSQL >= 15 with pgvector, pg_cron and pgtap.'; exit 3; }
	[ "$(id -u)" = 0 ] || { log 'To test on native PostgreSQL run once as root: apt-get install postgresql postgresql-15-cron postgresql-15-pgtap postgresql-server-dev-15 (then tests/native-postgres.sh).'; exit 3; }
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -qq >&2
	apt-get install -y -qq postgresql >&2
	local version
	version=$(basename "$(dirname "$(newest)")")
	apt-get install -y -qq "postgresql-$version-cron" "postgresql-$version-pgtap" >&2
	apt-get install -y -qq "postgresql-$version-pgvector" >&2 2>/dev/null || build_pgvector "$version"
}

# Debian 12 packages no pgvector for PostgreSQL 15: build the source package of the release after it.
build_pgvector() {
	local version=$1 work sources
	apt-get install -y -qq "postgresql-server-dev-$version" build-essential dpkg-dev >&2
	work=$(mktemp -d)
	mkdir -p "$work/sources" "$work/lists/partial"
	sources=$(ls /etc/apt/sources.list.d/*.sources /etc/apt/sources.list 2>/dev/null | head -n 1 || true)
	case "$sources" in
		*.sources) sed -e 's/bookworm/trixie/g' -e 's/^Types:.*/Types: deb-src/' "$sources" | awk 'BEGIN{RS="";ORS="\n\n"} !/security|updates\n|backports/ || NR==1' >"$work/sources/next.sources" ;;
		*) sed -n -e 's/bookworm/trixie/g' -e 's/^deb /deb-src /p' "$sources" | grep -vE 'security|backports|updates' >"$work/sources/next.list" ;;
	esac
	apt-get update -qq -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$work/sources" -o Dir::State::Lists="$work/lists" >&2
	(
		cd "$work"
		apt-get source -qq --download-only -o APT::Sandbox::User=root -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$work/sources" -o Dir::State::Lists="$work/lists" pgvector >&2
		mkdir src && tar -xf pgvector_*.orig.tar.* -C src --strip-components=1
		make -s -C src PG_CONFIG="/usr/lib/postgresql/$version/bin/pg_config" OPTFLAGS="" >&2
		make -s -C src install PG_CONFIG="/usr/lib/postgresql/$version/bin/pg_config" >&2
	)
	rm -rf "$work"
}

complete() {
	local bin share
	bin=$(newest)
	[ -n "$bin" ] || return 1
	share=$("$bin/pg_config" --sharedir 2>/dev/null || echo "/usr/share/postgresql/$(basename "$(dirname "$bin")")")
	for extension in vector pg_cron pgtap btree_gist pg_trgm; do
		[ -f "$share/extension/$extension.control" ] || [ -f "/usr/share/postgresql/$(basename "$(dirname "$bin")")/extension/$extension.control" ] || return 1
	done
}

as_owner() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

complete || install_packages
bin=$(newest)
if [ "${1:-start}" = stop ]; then
	as_owner "$bin/pg_ctl" -D "$home/data" -m fast stop >&2 || true
	exit 0
fi
if ! as_owner "$bin/pg_ctl" -D "$home/data" status >/dev/null 2>&1; then
	if [ ! -d "$home/data" ]; then
		mkdir -p "$home"
		[ "$(id -u)" != 0 ] || chown postgres "$home"
		as_owner "$bin/initdb" -D "$home/data" -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 >/dev/null
		as_owner tee -a "$home/data/postgresql.conf" >/dev/null <<-CONF
			listen_addresses = '127.0.0.1'
			unix_socket_directories = '$home'
			port = $port
			max_connections = 200
			shared_preload_libraries = 'pg_cron'
			cron.database_name = 'postgres'
			timezone = 'UTC'
			fsync = off
			synchronous_commit = on
			shared_buffers = 256MB
		CONF
	fi
	(cd / && as_owner "$bin/pg_ctl" -D "$home/data" -w -l "$home/log" start >/dev/null) || { log "PostgreSQL did not start; see $home/log"; exit 1; }
fi
echo "postgres://postgres@127.0.0.1:$port/postgres"
