import CalendarDays from '@lucide/svelte/icons/calendar-days';
import ChefHat from '@lucide/svelte/icons/chef-hat';
import ClipboardList from '@lucide/svelte/icons/clipboard-list';
import Flag from '@lucide/svelte/icons/flag';
import Flame from '@lucide/svelte/icons/flame';
import LayoutDashboard from '@lucide/svelte/icons/layout-dashboard';
import UserRoundPlus from '@lucide/svelte/icons/user-round-plus';
import type { NavItem } from './navigation.ts';

export const navIcons: Record<NavItem['icon'], typeof Flag> = {
	dashboard: LayoutDashboard,
	bookings: ClipboardList,
	calendar: CalendarDays,
	leads: UserRoundPlus,
	chefs: ChefHat,
	flags: Flag,
	events: Flame
};
