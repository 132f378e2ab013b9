#!/usr/bin/env bash
# What the action and the reusable workflow run: findings as annotations, and as a summary of the job.
set -euo pipefail

arguments=(-f github --lang "${CVO_LANG:-en}" --fail-on "${CVO_FAIL_ON:-violation}")
if [ "${CVO_CHANGED:-false}" = true ]; then
  arguments+=(--changed)
  if [ -n "${CVO_BASE:-}" ]; then arguments+=(--base "origin/$CVO_BASE"); fi
fi
summary=$(mktemp).md
arguments+=(--also "$summary")
if [ -n "${CVO_SARIF:-}" ]; then arguments+=(--also "$CVO_SARIF"); fi
while IFS= read -r path; do
  if [ -n "$path" ]; then arguments+=("$path"); fi
done <<<"${CVO_PATHS:-.}"

status=0
cvo validate "${arguments[@]}" || status=$?
if [ -f "$summary" ] && [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then cat "$summary" >>"$GITHUB_STEP_SUMMARY"; fi
rm -f "$summary"
exit "$status"
